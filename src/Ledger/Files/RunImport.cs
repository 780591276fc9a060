using Ledger.Log;

namespace Ledger.Files;

/// <summary>Imports what a run or branch lacks of a recording's events.</summary>
internal sealed class RunImport(Run run, string id, IProgress<ImportProgress>? progress)
{
    /// <summary>Compares the events with those that are there from a position on, and writes the rest.</summary>
    /// <returns>How many were written.</returns>
    public async Task<long> RunAsync(IEnumerable<NewEvent> events, Position from, CancellationToken cancellationToken)
    {
        using var recorded = events.GetEnumerator();
        var length = await CompareAsync(recorded, from, cancellationToken).ConfigureAwait(false);
        if (length is not { } begin)
        {
            return 0;
        }

        var done = await run.Store.ImportAsync(Rest(recorded).ToAsyncEnumerable(), progress, cancellationToken).ConfigureAwait(false);
        var end = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        return end.Value == begin.Value + done.Events
            ? done.Events
            : throw new ImportRefusedException(
                id, $"somebody else appended to '{run.StreamName}' at the same time, so that it has other events among them. Import it under another id.");
    }

    /// <summary>Passes over the events that are there; the length behind them, or null when there are no others.</summary>
    private async Task<Position?> CompareAsync(IEnumerator<NewEvent> recorded, Position from, CancellationToken cancellationToken)
    {
        var part = new RecordedPart(run.Store.Registry, run.ReadAsync(from, cancellationToken: cancellationToken));
        await using var _ = part.ConfigureAwait(false);
        while (recorded.MoveNext())
        {
            var state = await part.CompareNextAsync(recorded.Current).ConfigureAwait(false);
            var length = new Position(from.Value + part.Position);
            if (state == PartState.Other)
            {
                throw new ImportRefusedException(
                    id, $"'{run.StreamName}' has another event at position {length}. Nothing of it was written; import it under another id.");
            }

            if (state != PartState.Same)
            {
                return length;
            }
        }

        return null;
    }

    // From the present one on.
    private IEnumerable<StreamEvent> Rest(IEnumerator<NewEvent> recorded)
    {
        do
        {
            yield return new StreamEvent(run.StreamName, run.Correlated(recorded.Current));
        }
        while (recorded.MoveNext());
    }
}
