using System.CommandLine;

namespace Ledger.Cli.Files;

/// <summary>The options and the flow of the import commands.</summary>
internal abstract class ImportCommand : LedgerCommand
{
    private readonly string _ending;
    private readonly Argument<string[]> _files;
    private readonly Option<string?> _id = new("--id")
    {
        Description = "The id of the imported run or branch, for a single file. Default: the id in its branch.created, else the file's name without its extension.",
        HelpName = "ID",
    };

    protected ImportCommand(string name, string description, string ending)
        : base(name, description)
    {
        _ending = ending;
        _files = new Argument<string[]>("FILE")
        {
            Description = $"A file, or a folder of *{ending}.",
            Arity = ArgumentArity.OneOrMore,
        };
        Add(_files);
        Add(_id);
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var paths = RecordingFile.Find(session.Get(_files), _ending);
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
                files.AddRange(await ReadAsync(path, id, session.Io, cancellationToken));
            }

            await Importing.RunAsync(session, files, cancellationToken);
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    /// <summary>Reads a file: one recording, or several that belong together.</summary>
    protected abstract Task<IReadOnlyList<RecordingFile>> ReadAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken);
}
