using System.Globalization;
using System.Runtime.InteropServices;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>Reads one event file from its first line to its last, and can therefore detect repeated ids and resolve causes.</summary>
/// <remarks>
/// <para>Events that the command line and the HTTP API print have two ids if they came from elsewhere: <c>id</c>, the one that
/// they had there, and <c>event_id</c>, the one in the log. A cause that equals the <c>event_id</c> of an earlier line is read as that line's <c>id</c>.</para>
/// <para>Not safe for concurrent use. It holds a hash of each id in memory.</para>
/// </remarks>
public sealed class EventFileReader
{
    private readonly RepeatedIds _repeated;
    private readonly Dictionary<Guid, long> _lines = [];
    private readonly Dictionary<string, string> _namesByEventId = new(StringComparer.Ordinal);

    /// <summary>Creates a reader for a single file.</summary>
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
    /// <param name="utf8">The line, with or without its end; or an object of a JSON list, which may span several lines.</param>
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

        // A 16-byte hash; which algorithm does not matter here.
        ref var line = ref CollectionsMarshal.GetValueRefOrAddDefault(_lines, EventIds.FromForeign(default, id), out var isRepeated);
        if (isRepeated)
        {
            throw new EventFileException(
                number,
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it repeats the id '{TextRules.Printable(id)}' of line {line}. Give each event its own id, or omit the ids."));
        }

        line = number;
    }
}
