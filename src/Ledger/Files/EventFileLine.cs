using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>One line of an event file.</summary>
internal readonly ref struct EventFileLine(ReadOnlySpan<byte> line, long number)
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = int.MaxValue };

    private readonly ReadOnlySpan<byte> _line = line;
    private readonly long _number = number;

    /// <summary>Reads the event, and its id in the log that printed the line.</summary>
    public NewEvent Read(out string? eventId)
    {
        if (!Utf8.IsValid(_line))
        {
            throw Fault(
                PayloadCheck.IndexOfInvalid(_line), "the bytes are not UTF-8. Save the file with that encoding.", new DecoderFallbackException());
        }

        try
        {
            return ReadMembers(out eventId);
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
        catch (EventFileException fault)
        {
            // A file from another program usually has several faults; that it is one is the most helpful to report.
            throw ForeignMember() ?? fault;
        }
    }

    private NewEvent ReadMembers(out string? eventId)
    {
        var reader = new Utf8JsonReader(_line, ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Fault(reader.TokenStartIndex, "a line must be one JSON object.");
        }

        string? id = null, type = null, source = null, actor = null, callId = null;
        IReadOnlyList<string> causes = [];
        DateTimeOffset? occurredAt = null;
        JsonElement? data = null;
        var isForeign = false;
        eventId = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = TextOf(ref reader);
            reader.Read();
            switch (name)
            {
                case "id":
                    id = OptionalText(ref reader, name);
                    break;
                case "type":
                    type = OptionalText(ref reader, name);
                    break;
                case "source":
                    source = OptionalText(ref reader, name);
                    break;
                case "actor":
                    actor = OptionalText(ref reader, name);
                    break;
                case "cause":
                    causes = CausesOf(ref reader);
                    break;
                case "timestamp":
                    occurredAt = TimeOf(ref reader);
                    break;
                case "data":
                    data = DataOf(ref reader);
                    break;
                case "call_id":
                    callId = OptionalText(ref reader, name);
                    break;
                case "event_id" when reader.TokenType == JsonTokenType.String:
                    eventId = TextOf(ref reader);
                    break;
                default:
                    isForeign |= !EventFileMembers.IsPlace(name);
                    reader.Skip();
                    break;
            }
        }

        // Refuses anything after the object.
        reader.Read();
        if (isForeign)
        {
            throw ForeignMember()!;
        }

        var metadata = new EventMetadata
        {
            Actor = actor,
            Source = source,
            ForeignId = id,
            ForeignCauses = causes,
            OccurredAt = occurredAt,
            CallId = callId,
        };
        return new NewEvent(new UntypedEvent(CheckType(type), data ?? throw NoData()), metadata);
    }

    private string CheckType(string? type)
    {
        if (type is null)
        {
            throw new EventFileException(_number, null, "the event has no 'type'. Set it to the name of what happened, such as \"object.created\".");
        }

        return PayloadRules.FaultOfTypeName(type) is { } fault
            ? throw new EventFileException(_number, null, $"the event's 'type' {fault}.")
            : type;
    }

    private string? OptionalText(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var text = reader.TokenType == JsonTokenType.String
            ? TextOf(ref reader)
            : throw Fault(reader.TokenStartIndex, $"'{name}' must be text.");
        return name == "id" && text.Length == 0 ? throw Fault(reader.TokenStartIndex, "'id' is empty. Omit it to get a new one.") : text;
    }

    private List<string> CausesOf(ref Utf8JsonReader reader)
    {
        var causes = new List<string>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (OptionalText(ref reader, "cause") is { } cause)
            {
                causes.Add(cause);
            }

            return causes;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            causes.Add(reader.TokenType == JsonTokenType.String
                ? TextOf(ref reader)
                : throw Fault(reader.TokenStartIndex, "'cause' must be a list of ids, each of them text."));
        }

        return causes;
    }

    private DateTimeOffset? TimeOf(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        return OptionalText(ref reader, "timestamp") is not { } text ? null
            : IsoTime.TryParse(text, out var time) ? time
            : throw Fault(start, $"'timestamp' is '{TextRules.Printable(text)}', which is not an ISO 8601 time such as 2026-06-06T19:29:39.5+00:00.");
    }

    private JsonElement DataOf(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var json = _line[start..(int)reader.BytesConsumed];
        if (PayloadCheck.FaultOf(json) is { } fault)
        {
            throw new EventFileException(_number, null, $"{fault.Sentence("'data'")}");
        }

        return EventJson.ParseElement(json);
    }

    private string TextOf(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && Json.PayloadText.FaultOfEscapes(reader.ValueSpan) is { } fault
            ? throw Fault(reader.TokenStartIndex, $"the text {fault}")
            : reader.GetString()!;

    private EventFileException NoData() =>
        new(_number, null, "the event has no 'data'. Set it to the JSON of what happened; {} and null are JSON too.");

    /// <summary>The first unknown member, with a guess at the kind of file; null if all are known.</summary>
    private EventFileException? ForeignMember()
    {
        try
        {
            var reader = new Utf8JsonReader(_line, ReaderOptions);
            var names = new List<string>();
            (string Name, long Offset)? first = null;
            reader.Read();
            while (reader.TokenType is not JsonTokenType.None && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = TextOf(ref reader);
                names.Add(name);
                if (first is null && !EventFileMembers.IsKnown(name))
                {
                    first = (name, reader.TokenStartIndex);
                }

                reader.Read();
                reader.Skip();
            }

            return first is var (unknown, offset) ? Fault(offset, EventFileMembers.Sentence(unknown, names)) : null;
        }
        catch (JsonException e)
        {
            return Malformed(e);
        }
    }

    // The reader's message ends with its own line and byte position.
    private EventFileException Malformed(JsonException e)
    {
        var offset = OffsetOf(e.LineNumber ?? 0) + (e.BytePositionInLine ?? 0);
        return Fault(offset, $"malformed JSON. {e.Message.Split(" LineNumber:", 2)[0]} A line must be one JSON object.", e);
    }

    private long OffsetOf(long lineNumber)
    {
        var offset = 0;
        for (; lineNumber > 0; lineNumber--)
        {
            offset += _line[offset..].IndexOf((byte)'\n') + 1;
        }

        return offset;
    }

    // An object in a list may span several lines.
    private EventFileException Fault(long offset, string reason, Exception? innerException = null)
    {
        var before = _line[..(int)Math.Min(offset, _line.Length)];
        return new EventFileException(
            _number + before.Count((byte)'\n'),
            Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1,
            reason,
            innerException);
    }
}
