using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.Events;
using Ledger.Json;

namespace Ledger.Files;

/// <summary>One line of an event file.</summary>
internal readonly ref struct EventFileLine(ReadOnlySpan<byte> line, long number)
{
    private static readonly JsonElement NoData = EventJson.ParseElement("{}"u8.ToArray());

    private readonly ReadOnlySpan<byte> _line = line;
    private readonly long _number = number;

    public NewEvent Read()
    {
        if (!Utf8.IsValid(_line))
        {
            throw Fault(
                PayloadCheck.IndexOfInvalid(_line), "the bytes are not UTF-8. Save the file with that encoding.", new DecoderFallbackException());
        }

        try
        {
            return ReadMembers();
        }
        catch (JsonException e)
        {
            // What the reader says ends with its own count of lines and bytes.
            var reason = e.Message.Split(" LineNumber:", 2)[0];
            throw Fault((int)(e.BytePositionInLine ?? 0), $"malformed JSON. {reason} A line must be one JSON object.", e);
        }
    }

    private NewEvent ReadMembers()
    {
        var reader = new Utf8JsonReader(_line, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Fault(reader.TokenStartIndex, "a line must be one JSON object.");
        }

        string? id = null, type = null, source = null, actor = null;
        IReadOnlyList<string> causes = [];
        DateTimeOffset? occurredAt = null;
        var data = NoData;
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
                default:
                    reader.Skip();
                    break;
            }
        }

        // Refuses what stands behind the object.
        reader.Read();
        var metadata = new EventMetadata
        {
            Actor = actor,
            Source = source,
            ForeignId = id,
            ForeignCauses = causes,
            OccurredAt = occurredAt,
        };
        return new NewEvent(new UntypedEvent(CheckType(type), data), metadata);
    }

    private string CheckType(string? type)
    {
        if (type is null)
        {
            throw new EventFileException(_number, null, "the event has no 'type'. Give it the name of what happened, such as \"object.created\".");
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
        return name == "id" && text.Length == 0 ? throw Fault(reader.TokenStartIndex, "'id' is empty. Leave it out for a new one.") : text;
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
            : throw Fault(start, $"'timestamp' is '{TextRules.Printable(text)}', which is no ISO 8601 time such as 2026-06-06T19:29:39.5+00:00.");
    }

    private JsonElement DataOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return NoData;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var json = _line[start..(int)reader.BytesConsumed];
        if (PayloadCheck.FaultOf(json) is { } fault)
        {
            throw new EventFileException(_number, null, $"{fault.Sentence("'data'")}");
        }

        return EventJson.ParseElement(json.ToArray());
    }

    private string TextOf(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && Json.PayloadText.FaultOfEscapes(reader.ValueSpan) is { } fault
            ? throw Fault(reader.TokenStartIndex, $"the text {fault}")
            : reader.GetString()!;

    private EventFileException Fault(long offset, string reason, Exception? innerException = null) =>
        new(_number, Encoding.UTF8.GetCharCount(_line[..(int)Math.Min(offset, _line.Length)]) + 1, reason, innerException);
}
