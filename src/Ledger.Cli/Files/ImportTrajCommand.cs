namespace Ledger.Cli.Files;

/// <summary><c>ledger import traj</c></summary>
internal sealed class ImportTrajCommand : ImportCommand
{
    public ImportTrajCommand()
        : base("traj", "Imports recordings of SWE-agent, one run per file, its other attempts as branches: steps as events with causes, files and the submission as objects.", ".traj") =>
        Examples = ["ledger import traj marshmallow-1867.traj", "ledger import traj trajectories/ --json"];

    protected override Task<IReadOnlyList<RecordingFile>> ReadAsync(string path, string? id, CommandIo io, CancellationToken cancellationToken) =>
        RecordingFile.OfTrajectoryAsync(path, id, cancellationToken);
}
