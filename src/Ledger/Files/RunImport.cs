using System.Runtime.InteropServices;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Files;

/// <summary>Appends what a run or branch lacks of a recording's events.</summary>
internal sealed class RunImport(Run run, string id, EventRegistry registry)
{
    private const int MaxEvents = 10_000;
    private const long MaxBytes = 8 * 1024 * 1024;

    private readonly List<NewEvent> _batch = [];
    private long _bytes;
    private Position _length;

    /// <summary>Compares the events with those that are there from a position on, and appends the rest.</summary>
    /// <returns>How many were written.</returns>
    public async Task<long> RunAsync(IEnumerable<NewEvent> events, Position from, CancellationToken cancellationToken)
    {
        var written = 0L;
        var part = new RecordedPart(registry, run.ReadAsync(from, cancellationToken: cancellationToken));
        await using var _ = part.ConfigureAwait(false);
        foreach (var item in events)
        {
            if (written == 0)
            {
                var state = await part.CompareNextAsync(item).ConfigureAwait(false);
                _length = new Position(from.Value + part.Position);
                if (state == PartState.Same)
                {
                    continue;
                }

                if (state == PartState.Other)
                {
                    throw new ImportRefusedException(
                        id, $"'{run.StreamName}' has another event at position {_length}. Nothing of it was written; import it under another id.");
                }
            }

            written++;
            _batch.Add(item);
            _bytes += item.Data is UntypedEvent untyped ? JsonMarshal.GetRawUtf8Value(untyped.Data).Length : registry.Write(item).Json.Length;
            if (_batch.Count == MaxEvents || _bytes >= MaxBytes)
            {
                await AppendAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await AppendAsync(cancellationToken).ConfigureAwait(false);
        return written;
    }

    private async Task AppendAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count > 0)
        {
            _length = await run.AppendAsync([.. _batch], _length, cancellationToken).ConfigureAwait(false);
            _batch.Clear();
            _bytes = 0;
        }
    }
}
