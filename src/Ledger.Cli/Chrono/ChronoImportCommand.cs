using System.CommandLine;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono import</c></summary>
internal sealed class ChronoImportCommand : ChronoFolderCommand
{
    private readonly Option<DamagedLines> _damaged = new("--damaged")
    {
        Description = "What to do with lines that are not valid events: refuse, skip or keep. Default: refuse.",
        HelpName = "refuse|skip|keep",
    };

    public ChronoImportCommand()
        : base(
            "import",
            "Imports a .chronomemory folder with its seqs, times and hashes. Run again, it imports what was added.",
            "The .chronomemory folder, or the folder that contains it.")
    {
        Add(_damaged);
        Examples = ["ledger chrono import demo .", "ledger chrono import demo .chronomemory --damaged keep --json"];
    }

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var (folder, options) = (FolderOf(session), new ChronoImportOptions { Damaged = session.Get(_damaged) });
        ImportText.Show(session, "Imported", await session.Progress.RunAsync("Importing", () => store.ImportAsync(folder, options, cancellationToken)));
    }
}
