using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono export</c></summary>
internal sealed class ChronoExportCommand : ChronoFolderCommand
{
    public ChronoExportCommand()
        : base(
            "export",
            "Writes a .chronomemory folder that chronomemory opens, verifies and continues.",
            "The folder in which .chronomemory is created; it must not have one yet.") =>
        Examples = ["ledger chrono export demo ."];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var folder = FolderOf(session);
        var head = await session.Progress.RunAsync("Writing the folder", () => store.ExportAsync(folder, cancellationToken));
        ShowHead(session, store.Project, $"Exported to {Path.Combine(folder, ChronoFolder.Name)}", head);
    }
}
