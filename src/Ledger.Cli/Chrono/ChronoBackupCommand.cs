using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono backup</c></summary>
internal sealed class ChronoBackupCommand : ChronoFolderCommand
{
    public ChronoBackupCommand()
        : base(
            "backup",
            "Writes a .chronomemory folder with the archived events as well, for 'ledger chrono restore'. Writers go on meanwhile.",
            "Where .chronomemory is made; there must be none yet.") =>
        Examples = ["ledger chrono backup demo backup-2026-01-05"];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var folder = FolderOf(session);
        var head = await session.Progress.RunAsync("Writing the backup", () => store.BackupAsync(folder, cancellationToken));
        ShowHead(session, $"Backed up to {Path.Combine(folder, ChronoFolder.Name)}", head);
    }
}
