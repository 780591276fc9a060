using System.Globalization;
using System.Runtime.InteropServices;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>Reads one event file from its first line to its last, and so sees what its lines have in common.</summary>
/// <remarks>
/// <para>What the command line and the HTTP API print of events has two ids where an event came from elsewhere: <c>id</c>, the one that
/// it had there, and <c>event_id</c>, the one that it has in the log. A cause that an earlier line has as <c>event_id</c> is read as that line's <c>id</c>.</para>
/// <para>Not safe for concurrent use. It keeps a hash of each id.</para>
/// </remarks>
public sealed class EventFileReader
{
    private readonly RepeatedIds _repeated;
    private readonly Dictionary<Guid, long> _lines = [];
    private readonly Dictionary<string, string> _namesByEventId = new(StringComparer.Ordinal);

    /// <summary>Begins a file.</summary>
    /// <param name="repeated">What to do with an id that an earlier line has.</param>
    public EventFileReader(RepeatedIds repeated = RepeatedIds.Refused) => _repeated = repeated;

    /// <summary>Reads the events of a whole file in order, one at a time.</summary>
    /// <exception cref="EventFileException">A line is not an event, or repeats an id; the events before it have been returned.</exception>
    public IEnumerable<NewEvent> Read(ReadOnlyMemory<byte> utf8)
    {
        var rest = utf8;
        for (var number = 1L; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (ReadLine(line, number) is { } read)
            {
                yield return read;
            }
        }
    }

    /// <summary>Reads the next line.</summary>
    /// <param name="utf8">The line, with or without its end; or an object of a JSON list, which may have several lines.</param>
    /// <param name="number">The number of its first line, from 1; the first may begin with a byte order mark.</param>
    /// <returns>The event, or null for a blank line.</returns>
    /// <exception cref="EventFileException">The line is not an event, or repeats an id.</exception>
    public NewEvent? ReadLine(ReadOnlyMemory<byte> utf8, long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var line = utf8.Span;
        if (number == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        if (line.Trim(" \t\r\n"u8).IsEmpty)
        {
            return null;
        }

        var read = new EventFileLine(line, number).Read(out var eventId);
        if (read.Metadata.ForeignId is not { } id)
        {
            return read;
        }

        CheckId(id, number);
        if (read.Metadata.ForeignCauses.Any(_namesByEventId.ContainsKey))
        {
            string[] causes = [.. read.Metadata.ForeignCauses.Select(c => _namesByEventId.GetValueOrDefault(c, c))];
            read = read with { Metadata = read.Metadata with { ForeignCauses = causes } };
        }

        if (eventId is not null && eventId != id)
        {
            _namesByEventId[eventId] = id;
        }

        return read;
    }

    private void CheckId(string id, long number)
    {
        if (_repeated == RepeatedIds.Allowed)
        {
            return;
        }

        // A hash of 16 bytes; what it is hashed with does not matter here.
        ref var line = ref CollectionsMarshal.GetValueRefOrAddDefault(_lines, EventIds.FromForeign(default, id), out var isRepeated);
        if (isRepeated)
        {
            throw new EventFileException(
                number,
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it repeats the id '{TextRules.Printable(id)}' of line {line}. Give each event an id of its own, or leave the ids out."));
        }

        line = number;
    }
}
