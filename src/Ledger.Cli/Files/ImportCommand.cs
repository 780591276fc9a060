using System.CommandLine;
using Ledger.Interop;

namespace Ledger.Cli.Files;

/// <summary><c>ledger import</c></summary>
internal sealed class ImportCommand : LedgerCommand
{
    /// <summary>The format is told by the content.</summary>
    public const string Auto = "auto";

    /// <summary>Event files, one JSON object per line.</summary>
    public const string Kando = "kando";

    // The ending of SWE-agent's files, which is also its format's former name.
    private const string Traj = "traj";

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Files, folders of *.traj, *.json and *.jsonl, or databases with checkpoints of LangGraph: a file of SQLite, or an address postgres://…. The first value may be a format: auto (the default, told by the content), "
            + $"{string.Join(", ", RecordingFormat.All.Select(f => f.Name))}, or kando for event files.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _id = new("--id")
    {
        Description = "The id of the imported run or branch, for a single file. Default: the id in its branch.created, else the file's name without its extension.",
        HelpName = "ID",
    };

    private readonly Option<string[]> _threads = new("--thread")
    {
        Description = "A thread of LangGraph to import; repeat it for more. Default: all threads of the database.",
        HelpName = "THREAD",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Reads and checks the files, and prints what they would become." };

    public ImportCommand()
        : base(
            "import",
            "Imports recordings of other tools, and event files: runs with their calls and causes; attempts, subagents and resumed sessions as branches. "
            + "Members without a place are kept under 'extra'. Run again, it writes only what is new.")
    {
        Add(_files);
        Add(_id);
        Add(_threads);
        Add(_dryRun);
        Examples =
        [
            "ledger import session.jsonl --dry-run",
            "ledger import trajectories/ --json",
            "ledger import claude-code session.jsonl --id first",
            "ledger import checkpoints.sqlite --thread 42",
            "ledger export first | ledger import kando - --id copy",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (format, values) = FormatOf(session.Get(_files));
        var paths = RecordingFile.Find(values, EndingsOf(format));
        var id = StreamIds.NewId("run", session.Get(_id));
        if (id is not null && paths.Count > 1)
        {
            throw new UsageException($"--id is for one file, but there are {paths.Count}.");
        }

        var files = new List<RecordingFile>();
        try
        {
            // All are read before anything is written, so that a bad line in the last one is reported in time.
            foreach (var path in paths)
            {
                files.AddRange(await RecordingFiles.OpenAsync(path, format, id, session.Get(_threads) ?? [], session.Io, cancellationToken));
            }

            RecordingFile.RefuseSameStreams(files);
            if (session.Get(_dryRun))
            {
                Importing.Describe(session, files);
            }
            else
            {
                await Importing.RunAsync(session, files, cancellationToken);
            }
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    // A file may have the name of a format; then it is written with its folder.
    private static (string Format, string[] Files) FormatOf(string[] values)
    {
        var name = values[0] == Traj ? RecordingFormat.SweAgent.Name : values[0];
        if (name is not (Auto or Kando) && RecordingFormat.Find(name) is null)
        {
            return (Auto, values);
        }

        return values.Length > 1 ? (name, values[1..]) : throw new UsageException($"'{values[0]}' is a format. Name the files after it.");
    }

    private static string[] EndingsOf(string format) => format switch
    {
        Kando => [".jsonl"],
        _ when format == RecordingFormat.SweAgent.Name => [".traj"],
        _ when format == RecordingFormat.LangGraph.Name => [".sqlite", ".sqlite3", ".db", ".jsonl"],
        _ => [".traj", ".json", ".jsonl"],
    };
}
