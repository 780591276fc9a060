using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono backup</c></summary>
internal sealed class ChronoBackupCommand : ChronoFolderCommand
{
    public ChronoBackupCommand()
        : base(
            "backup",
            "Writes a .chronomemory folder that includes the archived events, for 'ledger chrono restore'. Writers are not blocked.",
            "The folder in which .chronomemory is created; it must not have one yet.") =>
        Examples = ["ledger chrono backup demo backup-2026-01-05"];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var folder = FolderOf(session);
        var head = await session.Progress.RunAsync("Writing the backup", () => store.BackupAsync(folder, cancellationToken));
        ShowHead(session, store.Project, $"Backed up to {Path.Combine(folder, ChronoFolder.Name)}", head);
    }
}
