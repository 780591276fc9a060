using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono restore</c></summary>
internal sealed class ChronoRestoreCommand : ChronoFolderCommand
{
    public ChronoRestoreCommand()
        : base(
            "restore",
            "Restores a backup into a project that has no events. A backup whose files were changed is refused.",
            "The backup: a .chronomemory folder, or the folder that contains it.") =>
        Examples = ["ledger chrono restore demo-again backup-2026-01-05"];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var folder = FolderOf(session);
        ImportText.Show(session, "Restored", await session.Progress.RunAsync("Restoring", () => store.RestoreAsync(folder, cancellationToken)));
    }
}
