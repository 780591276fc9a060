using System.Runtime.InteropServices;
using System.Text.Json;
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
            recorded.Id, recorded.Stream.Value, recorded.Version.Value, [.. paths.Select(path => path.Text)], request.Reason, request.By);
        if (request.IsReplaced)
        {
            return new PayloadMask(recorded, recorded.Json, default, note);
        }

        if (!RecordBlank.IsRecord(recorded.Type))
        {
            var json = recorded.ToJsonElement();
            var masked = paths.Count > 0 ? PayloadBlank.WithoutPaths(json, new JsonPathSet(paths))
                : IsBuiltIn(recorded.Type) ? PayloadBlank.WithoutContent(json)
                : PayloadBlank.WithoutValues(json);
            return JsonElement.DeepEquals(masked, json) ? null : new PayloadMask(recorded, Bytes(masked), default, note);
        }

        try
        {
            return MaskRecord(recorded, paths, note);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
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

    private static PayloadMask? MaskRecord(RecordedEvent recorded, IReadOnlyList<JsonPath> paths, EventMasked note)
    {
        var content = RecordBlank.Open(recorded) ?? throw new JsonException();
        var masked = paths.Count > 0 ? PayloadBlank.WithoutPaths(content, new JsonPathSet(paths)) : RecordBlank.WithoutContent(content);
        return JsonElement.DeepEquals(masked, content) ? null : new PayloadMask(recorded, Bytes(RecordBlank.Close(recorded, masked)), RecordBlank.Headers(recorded), note);
    }

    private IReadOnlyList<JsonPath> PathsOf(RecordedEvent recorded, string subject)
    {
        if (!_rules.Contains(recorded.Type)
            || (RecordBlank.IsRecord(recorded.Type) ? RecordBlank.Open(recorded) : recorded.ToJsonElement()) is not { } content)
        {
            return [];
        }

        return [.. _rules[recorded.Type].Where(rule => PayloadBlank.Find(content, rule.SubjectPath).Contains(subject, StringComparer.Ordinal)).Select(rule => rule.Data)];
    }

    private static bool IsBuiltIn(string type) => TaskModule.Default.TypeOf(type) != typeof(Events.UntypedEvent);

    private static ReadOnlyMemory<byte> Bytes(JsonElement json) => JsonMarshal.GetRawUtf8Value(json).ToArray();
}
