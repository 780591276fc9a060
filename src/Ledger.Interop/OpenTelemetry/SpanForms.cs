using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Finds spans in the documents of a format, and reads each as one of OTLP/JSON.</summary>
internal abstract class SpanForms
{
    /// <summary>The format.</summary>
    public abstract RecordingFormat Format { get; }

    /// <summary>The spans of a document, those of one resource together.</summary>
    /// <param name="document">A file, or a line of one.</param>
    public abstract IEnumerable<(JsonObject Resource, IEnumerable<JsonElement> Spans)> GroupsOf(JsonElement document);

    /// <summary>A span as one of OTLP/JSON; its attributes may be plain JSON.</summary>
    public virtual JsonElement SpanOf(JsonElement raw) => raw;

    /// <summary>A time as OTLP has it.</summary>
    protected static JsonNode? Nanoseconds(JsonElement span, string name) =>
        span.Text(name) is { } text && Ledger.Files.IsoTime.TryParse(text, out var time) && time >= DateTimeOffset.UnixEpoch
            ? ((time - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : null;

    /// <summary>Adds the members that were not read, under a prefix, as attributes.</summary>
    protected static void AddRest(JsonObject attributes, Fields fields, string prefix)
    {
        foreach (var (name, value) in fields.Rest(new Extras(), "") ?? [])
        {
            attributes.TryAdd(prefix + name, value?.DeepClone());
        }
    }

    /// <summary>Sets a member if there is a value.</summary>
    protected static void Set(JsonObject to, string name, JsonNode? value)
    {
        if (value is not null)
        {
            to[name] = value;
        }
    }
}
