using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ledger.Json;
using Ledger.Runs;

namespace Ledger.Files;

/// <summary>Writes a history as an event file, from which <see cref="EventImporter"/> restores the same history.</summary>
/// <remarks>
/// Ids, causes, actors, sources, times, types and JSON survive the round trip, including the prefix of a branch. A cause named by
/// its own id is written as the id that its event has in the file. Application headers and trace contexts are not exported.
/// </remarks>
public static class EventExport
{
    private const int EventsPerPage = 1_000;

    /// <summary>The lines of the file in order, as UTF-8, each with its line end; streamed with constant memory.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        Run run,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var lookup = new EventLookup(run);
        var page = new List<RecordedEvent>();
        await foreach (var recorded in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            page.Add(recorded);
            if (page.Count == EventsPerPage)
            {
                var names = await NamesOfCausesAsync(lookup, page, cancellationToken).ConfigureAwait(false);
                foreach (var item in page)
                {
                    yield return Line(item, names);
                }

                page.Clear();
            }
        }

        var lastNames = await NamesOfCausesAsync(lookup, page, cancellationToken).ConfigureAwait(false);
        foreach (var item in page)
        {
            yield return Line(item, lastNames);
        }
    }

    // Only a derived id, a UUID v5, can have a foreign id.
    private static async Task<Dictionary<Guid, string>> NamesOfCausesAsync(
        EventLookup lookup,
        List<RecordedEvent> page,
        CancellationToken cancellationToken)
    {
        var causes = page.SelectMany(e => e.Metadata.Causes).Where(c => c.Version == 5).Distinct();
        var found = await lookup.FindAsync(causes, cancellationToken).ConfigureAwait(false);
        return found.Where(e => e.Metadata.ForeignId is not null).ToDictionary(e => e.Id, e => e.Metadata.ForeignId!);
    }

    private static ReadOnlyMemory<byte> Line(RecordedEvent recorded, Dictionary<Guid, string> names)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions))
        {
            writer.WriteStartObject();
            EventFile.WriteMembers(writer, recorded, names);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
