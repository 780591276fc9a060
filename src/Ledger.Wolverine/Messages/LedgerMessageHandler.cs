using System.Diagnostics;
using Ledger.Log;
using Ledger.Wolverine.Handling;
using Ledger.Wolverine.Sessions;
using Wolverine.Attributes;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Messages;

/// <summary>Handles Ledger's messages; each handler returns a message with the result.</summary>
public static class LedgerMessageHandler
{
    private const int SecondsOfADay = 86_400;

    /// <summary>Starts a run.</summary>
    public static async Task<RunStarted> HandleAsync(StartRun message, LedgerSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(session);
        var stream = StreamName.Run(message.RunId);
        var result = await session.Ledger.Store.AppendAsync(
            stream, ExpectedVersion.NoStream, [.. message.Events.Select(e => e.ToNewEvent())], cancellationToken).ConfigureAwait(false);
        return new RunStarted(message.RunId, result.Version.Value);
    }

    /// <summary>Appends events.</summary>
    public static async Task<EventsAppended> HandleAsync(AppendEvents message, LedgerSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(session);
        var run = await session.OpenAsync(message.RunId, cancellationToken).ConfigureAwait(false);
        object[] events = [.. message.Events.Select(e => e.ToNewEvent())];
        var length = message.ExpectedLength is { } expected
            ? await run.AppendAsync(events, new Position(expected), cancellationToken).ConfigureAwait(false)
            : await run.AppendAsync(events, cancellationToken).ConfigureAwait(false);
        return new EventsAppended(run.StreamName.Value, length.Value, [.. message.Events.Select(e => e.Id)]);
    }

    /// <summary>Forks a run or branch.</summary>
    public static async Task<RunForked> HandleAsync(ForkRun message, LedgerSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(session);
        var parent = StreamNames.Of(message.RunId);
        var branch = StreamName.Branch(message.BranchId);
        var forked = new RunForked(branch.Value, parent.Value, message.At);
        if (await session.Ledger.Store.GetBranchAsync(branch, cancellationToken).ConfigureAwait(false) is { } there
            && there.Parent == parent
            && there.ForkPosition.Value == message.At)
        {
            return forked;
        }

        var options = new ForkOptions { Id = message.BranchId, Name = message.Name };
        await session.Ledger.ForkAsync(parent, new Position(message.At), options, cancellationToken).ConfigureAwait(false);
        return forked;
    }

    /// <summary>Saves a snapshot of the world at the end of a run or branch.</summary>
    public static async Task<SnapshotSaved> HandleAsync(
        SaveSnapshot message, LedgerEngine engine, MessageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(engine);
        var ledger = await engine.FindLedgerAsync(context, cancellationToken).ConfigureAwait(false);
        var run = await ledger.OpenAsync(StreamNames.Of(message.RunId), cancellationToken).ConfigureAwait(false);
        var snapshot = await run.SaveSnapshotAsync(cancellationToken).ConfigureAwait(false);
        return new SnapshotSaved(run.StreamName.Value, snapshot.World.Position.Value);
    }

    /// <summary>Rebuilds a projection.</summary>
    [MessageTimeout(SecondsOfADay)]
    public static async Task<ProjectionRebuilt> HandleAsync(
        RebuildProjection message, LedgerEngine engine, MessageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(engine);
        var started = Stopwatch.GetTimestamp();
        await engine.RebuildAsync(message.Projection, context, cancellationToken).ConfigureAwait(false);
        return new ProjectionRebuilt(message.Projection, Stopwatch.GetElapsedTime(started));
    }
}
