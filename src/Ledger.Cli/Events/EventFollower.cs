using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Projections;

namespace Ledger.Cli.Events;

/// <summary>Shows the events of a history, and then those that are appended, by a subscription. Cancellation is the normal way to stop.</summary>
internal sealed class EventFollower(Session session, PostgresEventStore store, Run run, Func<RecordedEvent, bool> isWanted)
{
    public async Task RunAsync(Position from, Position? to, CancellationToken cancellationToken)
    {
        try
        {
            // Events appended during the read also arrive through the subscription; their positions show which were printed already.
            var present = await FindPresentAsync(cancellationToken);
            var next = await ShowAsync(run.ReadAsync(from, to, cancellationToken), from);
            await session.Out.FlushAsync();
            if (to is null || next < to)
            {
                await FollowAsync(present, next, to, cancellationToken);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The events read were shown, and following was not asked for.
        }
    }

    // The last event of the stream itself: anything appended to it comes later in the log.
    private async Task<SequenceNumber> FindPresentAsync(CancellationToken cancellationToken)
    {
        await foreach (var last in store.ReadBackwardAsync(run.StreamName, cancellationToken: cancellationToken))
        {
            return last.Sequence;
        }

        return SequenceNumber.Start;
    }

    private async Task FollowAsync(SequenceNumber after, Position next, Position? to, CancellationToken cancellationToken)
    {
        var filter = new EventFilter { StreamPrefix = run.StreamName.Value };
        await foreach (var recorded in store.SubscribeAsync(filter, SubscriptionStart.After(after), cancellationToken))
        {
            if (run.History.PositionOf(recorded.Stream, recorded.Version) >= next)
            {
                next = await ShowAsync(run.ReadAsync(next, to, cancellationToken), next);
                await session.Out.FlushAsync();
                if (next >= to)
                {
                    return;
                }
            }
        }
    }

    private async Task<Position> ShowAsync(IAsyncEnumerable<RecordedEvent> events, Position next)
    {
        await foreach (var recorded in events)
        {
            next = Show(recorded);
        }

        return next;
    }

    private Position Show(RecordedEvent recorded)
    {
        if (isWanted(recorded))
        {
            if (session.Format is not OutputFormat.Table)
            {
                session.Out.Json(EventContract.Of(recorded), ContractContext.Default.EventContract);
            }
            else
            {
                EventText.Print(session.Out, recorded, EventText.DigitsOf(Position.Start));
            }
        }

        return new Position(recorded.Position!.Value.Value + 1);
    }
}
