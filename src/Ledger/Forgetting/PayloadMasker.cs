using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;
using Ledger.Records;
using Ledger.Tasks;

namespace Ledger.Forgetting;

/// <summary>Computes what a payload becomes. Pure.</summary>
internal sealed class PayloadMasker(IReadOnlyList<PersonalDataRule> rules)
{
    private readonly ILookup<string, PersonalDataRule> _rules = rules.ToLookup(rule => rule.EventType, StringComparer.Ordinal);

    /// <summary>Whether an event makes the tree of branches or a record store what it is, or says what was masked.</summary>
    public static bool IsStructural(RecordedEvent recorded) =>
        recorded.Type is "branch.created" or "branch.merged" or "branch.picked" or "branch.rebased" or "event.masked" or ChronoNames.State;

    /// <summary>The payload that an event gets; null if there is nothing to mask.</summary>
    public PayloadMask? Mask(RecordedEvent recorded, MaskRequest request, out string? refusal)
    {
        refusal = null;
        var paths = request.Subject is { } subject ? PathsOf(recorded, subject) : request.Parsed;
        if (request.Subject is not null && paths.Count == 0)
        {
            return null;
        }

        if (IsStructural(recorded))
        {
            refusal = $"The event '{recorded.Type}' says how histories hang together or what was masked, which other events rest on.";
            return null;
        }

        var note = new EventMasked(
            recorded.Id, recorded.Stream.Value, recorded.Version.Value, [.. paths.Select(path => path.Text)], request.Reason, request.By)
        {
            IsReplaced = request.IsReplaced ? true : null,
        };
        if (request.IsReplaced)
        {
            return new PayloadMask(recorded, recorded.Json, default, note);
        }

        // Without a path into the payload, and with one into the headers, the payload stays.
        var (inHeaders, inData) = (paths.Where(path => path.IsOfHeaders).ToList(), paths.Where(path => !path.IsOfHeaders).ToList());
        var keepsData = inHeaders.Count > 0 && inData.Count == 0;
        try
        {
            return keepsData ? MaskHeaders(recorded, recorded.Json, recorded.HeadersJson, inHeaders, note)
                : RecordBlank.IsRecord(recorded.Type) ? MaskRecord(recorded, inData, inHeaders, note)
                : MaskData(recorded, inData, inHeaders, note);
        }
        catch (Exception fault) when (RecordBlank.IsRecord(recorded.Type) && fault is JsonException or InvalidOperationException or ArgumentException)
        {
            // As with NaN and halves of surrogate pairs, which chronomemory writes.
            refusal = "The text of the record cannot be read as JSON.";
            return null;
        }
    }

    /// <summary>The same for an event whose payload is binary, which has no parts that a path leads to: it goes as a whole, or is refused.</summary>
    public PayloadMask? MaskBinary(RecordedEvent recorded, MaskRequest request, out string? refusal)
    {
        var isWhole = request.Subject is null && request.Parsed.Count == 0 && !request.IsReplaced;
        refusal = isWhole || (request.Subject is not null && !_rules.Contains(recorded.Type)) ? null
            : "The payload is binary, and can only be masked as a whole, by the id of the event and without paths.";
        return isWhole
            ? new PayloadMask(recorded, recorded.Json, default, new EventMasked(recorded.Id, recorded.Stream.Value, recorded.Version.Value, [], request.Reason, request.By))
            : null;
    }

    private static PayloadMask? MaskData(RecordedEvent recorded, List<JsonPath> inData, List<JsonPath> inHeaders, EventMasked note)
    {
        var json = recorded.ToJsonElement();
        var masked = inData.Count > 0 ? PayloadBlank.WithoutPaths(json, new JsonPathSet(inData))
            : IsBuiltIn(recorded.Type) ? PayloadBlank.WithoutContent(json)
            : PayloadBlank.WithoutValues(json);
        return MaskHeaders(recorded, JsonElement.DeepEquals(masked, json) ? recorded.Json : Bytes(masked), recorded.HeadersJson, inHeaders, note);
    }

    private static PayloadMask? MaskRecord(RecordedEvent recorded, List<JsonPath> inData, List<JsonPath> inHeaders, EventMasked note)
    {
        var content = RecordBlank.Open(recorded) ?? throw new JsonException();
        var masked = inData.Count > 0 ? PayloadBlank.WithoutPaths(content, new JsonPathSet(inData)) : RecordBlank.WithoutContent(content);
        return JsonElement.DeepEquals(masked, content)
            ? MaskHeaders(recorded, recorded.Json, recorded.HeadersJson, inHeaders, note)
            : MaskHeaders(recorded, Bytes(RecordBlank.Close(recorded, masked)), RecordBlank.Headers(recorded), inHeaders, note);
    }

    /// <summary>A mask with a payload, and with headers without what paths lead to; null if neither differs from what is there.</summary>
    /// <param name="recorded">The event.</param>
    /// <param name="json">The payload that it gets.</param>
    /// <param name="headers">The headers that it gets, without the paths; empty or its own where they stay.</param>
    /// <param name="paths">The paths into them.</param>
    /// <param name="note">What is said about it.</param>
    private static PayloadMask? MaskHeaders(
        RecordedEvent recorded, ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> headers, List<JsonPath> paths, EventMasked note)
    {
        var from = headers.IsEmpty ? recorded.HeadersJson : headers;
        if (paths.Count > 0 && !from.IsEmpty && EventJson.ParseElement(from) is { ValueKind: JsonValueKind.Object } members)
        {
            var blank = PayloadBlank.WithoutPaths(members, new JsonPathSet(paths));
            var masked = EventJson.ToElement(writer =>
            {
                writer.WriteStartObject();
                foreach (var member in members.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    (Stays(member.Name) ? member.Value : blank.GetProperty(member.Name)).WriteTo(writer);
                }

                writer.WriteEndObject();
            });
            headers = JsonElement.DeepEquals(masked, members) ? headers : Bytes(masked);
        }

        var isChanged = !headers.IsEmpty && !headers.Span.SequenceEqual(recorded.HeadersJson.Span);
        return isChanged || !json.Span.SequenceEqual(recorded.Json.Span) ? new PayloadMask(recorded, json, isChanged ? headers : default, note) : null;

        bool Stays(string name) => EventHeaders.IsStructural(name) || (RecordBlank.IsRecord(recorded.Type) && name == ChronoNames.Spelled.Value);
    }

    private IReadOnlyList<JsonPath> PathsOf(RecordedEvent recorded, string subject)
    {
        if (!_rules.Contains(recorded.Type)
            || (RecordBlank.IsRecord(recorded.Type) ? RecordBlank.Open(recorded) : recorded.ToJsonElement()) is not { } content)
        {
            return [];
        }

        var headers = recorded.HeadersJson.IsEmpty ? default : EventJson.ParseElement(recorded.HeadersJson);
        return
        [
            .. _rules[recorded.Type]
                .Where(rule => PayloadBlank.Find(rule.SubjectPath.IsOfHeaders ? headers : content, rule.SubjectPath).Contains(subject, StringComparer.Ordinal))
                .Select(rule => rule.Data),
        ];
    }

    private static bool IsBuiltIn(string type) => TaskModule.Default.TypeOf(type) != typeof(Events.UntypedEvent);

    private static ReadOnlyMemory<byte> Bytes(JsonElement json) => JsonMarshal.GetRawUtf8Value(json).ToArray();
}
