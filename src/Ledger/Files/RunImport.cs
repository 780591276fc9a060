using System.Runtime.CompilerServices;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>Imports the events of a recording that a run or branch does not have yet.</summary>
internal sealed class RunImport(Run run, string id, IProgress<ImportProgress>? progress)
{
    private const int EventsAtOnce = 500;
    private const int MostToLookUpAtOnce = 100;
    private const int MostOfTransaction = 10_000;

    private long _different;

    /// <summary>The positions in the log of events that the recording does not have, ascending.</summary>
    public IReadOnlyList<long> PassedOver { get; private set; } = [];

    /// <summary>Compares the events with the existing ones from a position on, and writes the rest.</summary>
    /// <returns>The number of events written.</returns>
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
                id, $"another writer appended to '{run.StreamName}' during the import, so its events are mixed with others. Import it under another id.");
    }

    /// <summary>Writes the events whose ids the run does not have.</summary>
    /// <returns>The number of events written, and the number of those that the run has with other content.</returns>
    public async Task<(long Written, long Different)> RunUnorderedAsync(IEnumerable<NewEvent> events, CancellationToken cancellationToken)
    {
        _different = 0;
        var done = await run.Store.ImportAsync(MissingAsync(events, cancellationToken), progress, cancellationToken).ConfigureAwait(false);
        return (done.Events, _different);
    }

    private async IAsyncEnumerable<StreamEvent> MissingAsync(IEnumerable<NewEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A run that has not begun has none of the events whose ids are made of its name. Between several transactions another writer may begin it.
        var hasBegun = events is not ICollection<NewEvent> { Count: > MostToLookUpAtOnce and <= MostOfTransaction }
            || await run.Store.GetStreamAsync(run.StreamName, cancellationToken).ConfigureAwait(false) is not null;
        foreach (var part in events.Chunk(hasBegun ? EventsAtOnce : MostOfTransaction))
        {
            Guid[] sought = [.. part.Where(item => hasBegun || item.Metadata.ForeignId is null).Select(item => item.IdIn(run.StreamName))];
            var found = sought.Length == 0 ? [] : await run.Store.FindEventsAsync(sought, cancellationToken).ConfigureAwait(false);
            var known = found.ToDictionary(recorded => recorded.Id);
            var missing = new StreamEvent?[part.Length];
            ManyAtOnce.ForEach(part.Length, i => missing[i] = MissingOf(part[i], known));
            foreach (var item in missing)
            {
                if (item is { } left)
                {
                    yield return left;
                }
            }
        }
    }

    // Null if the run has it; written, because that takes most of the time.
    private StreamEvent? MissingOf(NewEvent item, Dictionary<Guid, RecordedEvent> known)
    {
        var registry = run.Store.Registry;
        var id = known.Count == 0 ? default : item.IdIn(run.StreamName);
        if (!known.TryGetValue(id, out var recorded))
        {
            var correlated = run.Correlated(item);
            return new StreamEvent(run.StreamName, correlated) { WasSought = true, Written = new WrittenEvent(run.StreamName, correlated, registry) };
        }

        if (recorded.Stream != run.StreamName)
        {
            throw new EventIdInUseException(run.StreamName, id, recorded.Stream);
        }

        if (!JsonEquality.Instance.Equals(EventJson.ParseElement(registry.Write(item).Json), recorded.ToJsonElement()))
        {
            Interlocked.Increment(ref _different);
        }

        return null;
    }

    /// <summary>Skips the events that exist; returns the length after them, or null if none are left.</summary>
    private async Task<Position?> CompareAsync(IEnumerator<NewEvent> recorded, Position from, CancellationToken cancellationToken)
    {
        var part = new RecordedPart(run.Store.Registry, run.ReadAsync(from, cancellationToken: cancellationToken), from);
        await using var _ = part.ConfigureAwait(false);
        PassedOver = part.PassedOver;
        while (recorded.MoveNext())
        {
            var state = await part.CompareNextAsync(recorded.Current).ConfigureAwait(false);
            if (state == PartState.Other)
            {
                throw new ImportRefusedException(
                    id, $"'{run.StreamName}' has another event at position {part.Position}. Nothing was written; import it under another id.");
            }

            if (state != PartState.Same)
            {
                return part.Position;
            }
        }

        return null;
    }

    // From the current event on.
    private IEnumerable<StreamEvent> Rest(IEnumerator<NewEvent> recorded)
    {
        do
        {
            yield return new StreamEvent(run.StreamName, run.Correlated(recorded.Current));
        }
        while (recorded.MoveNext());
    }
}
