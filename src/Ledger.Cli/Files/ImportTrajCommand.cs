namespace Ledger.Cli.Files;

/// <summary><c>ledger import traj</c></summary>
internal sealed class ImportTrajCommand : ImportCommand
{
    public ImportTrajCommand()
        : base("traj", "Imports recordings of SWE-agent, a file a run: its steps as events with causes, its files and its submission as objects.", ".traj") =>
        Examples = ["ledger import traj marshmallow-1867.traj", "ledger import traj trajectories/ --json"];

    protected override Task<RecordingFile> ReadAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken) =>
        RecordingFile.OfTrajectoryAsync(path, id, cancellationToken);
}
