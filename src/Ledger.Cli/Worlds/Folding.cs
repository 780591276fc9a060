using Ledger.Cli.Events;
using Ledger.Explorer.Failures;
using Ledger.Files;

namespace Ledger.Cli.Worlds;

/// <summary>Folds worlds from files, with a progress bar for long ones.</summary>
internal static class Folding
{
    // Event ids are derived from a stream name, which is not shown here.
    private static readonly StreamName FileStream = StreamName.Run("file");

    /// <summary>The world of an event file, without a database.</summary>
    public static async Task<World> OfFileAsync(Session session, string path, Position? at, CancellationToken cancellationToken)
    {
        using var lines = EventLines.Open(path, session.Io);
        var world = await session.Progress.RunAsync("Reading the events", lines.Length, progress => Task.Run(
            () =>
            {
                var events = lines.Read(progress, cancellationToken);
                var wanted = at is { Value: <= int.MaxValue } end ? events.Take((int)end.Value) : events;
                return World.Fold(EventFile.Record(wanted, FileStream, session.Io.TimeProvider.GetUtcNow()), session.Faults);
            },
            cancellationToken));
        return at > world.Position
            ? throw new RefusalException($"There is no position {at} in {lines.Name}: it has {world.Position} events. Choose a position from 0 to {world.Position}.", FailureCodes.OutOfRange)
            : world;
    }
}
