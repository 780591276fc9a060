using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Compares two histories from the front, a page of each in memory.</summary>
internal sealed class HistoryComparison(Run a, Run b)
{
    public async Task<Divergence> RunAsync(CancellationToken cancellationToken)
    {
        if (a.StreamName == b.StreamName)
        {
            var length = await a.GetLengthAsync(cancellationToken).ConfigureAwait(false);
            return new Divergence(a.StreamName, b.StreamName, length, length, null, null);
        }

        var shared = new Position(SharedPrefix());
        var position = shared.Value;
        var readerOfA = a.ReadAsync(shared, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = readerOfA.ConfigureAwait(false);
        var readerOfB = b.ReadAsync(shared, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var __ = readerOfB.ConfigureAwait(false);
        while (true)
        {
            var inA = await readerOfA.MoveNextAsync().ConfigureAwait(false) ? readerOfA.Current : null;
            var inB = await readerOfB.MoveNextAsync().ConfigureAwait(false) ? readerOfB.Current : null;
            if (inA is null || inB is null || !AreSame(inA, inB))
            {
                return new Divergence(a.StreamName, b.StreamName, shared, new Position(position), inA, inB);
            }

            position++;
        }
    }

    private static bool AreSame(RecordedEvent left, RecordedEvent right) =>
        left.Id == right.Id
        || (left.Type == right.Type
            && (left.Json.Span.SequenceEqual(right.Json.Span) || JsonEquality.Instance.Equals(left.ToJsonElement(), right.ToJsonElement())));

    // The own stream is the last segment, and open.
    private long SharedPrefix()
    {
        var shared = 0L;
        for (var i = 0; ; i++)
        {
            var (streamOfA, takenOfA) = Segment(a.History, i);
            var (streamOfB, takenOfB) = Segment(b.History, i);
            if (streamOfA != streamOfB)
            {
                return shared;
            }

            shared += Math.Min(takenOfA, takenOfB);
            if (takenOfA != takenOfB)
            {
                return shared;
            }
        }
    }

    private static (string Stream, long Taken) Segment(History history, int index) => index < history.Lineage.Count
        ? (history.Lineage[index].Stream, history.Lineage[index].Taken)
        : (history.Stream.Value, long.MaxValue);
}
