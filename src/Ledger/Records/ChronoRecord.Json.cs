using System.Text;
using System.Text.Json;
using Ledger.Json;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Records as JSON, with the reference's names in the reference's order.</content>
public sealed partial record ChronoRecord
{
    // What a file gave for a field that cannot hold it. It is written again as it was, until the field is set.
    private Dictionary<string, JsonValue> _misfits = [];

    internal static List<string> Fields { get; } =
    [
        "id", "kind", "status", "label", "confidence", "source_type", "evidence", "epistemic_boundary", "is_hypothesis",
        "model_assumptions", "recursion_depth", "data",
    ];

    /// <summary>The fields that came with a value they cannot hold; they show their defaults.</summary>
    internal IEnumerable<string> Misfits => _misfits.Keys;

    /// <summary>Reads a JSON object: fields that are absent have their defaults, unknown ones are left out.</summary>
    /// <exception cref="ChronoRecordException">It is not a JSON object, or a field has a value of the wrong kind.</exception>
    public static ChronoRecord FromJson(JsonElement json)
    {
        var record = json.ValueKind == JsonValueKind.Object
            ? FromValue(JsonValue.Of(json))
            : throw new ChronoRecordException("", new ChronoFault("record", $"is {KindOf(json.ValueKind)}, but must be a JSON object"));
        return record._misfits.Keys.FirstOrDefault() is { } field
            ? throw new ChronoRecordException(record.Id, ChronoRules.FaultOfKind(field))
            : record;
    }

    /// <summary>The record as the reference writes it: all twelve fields, in its order.</summary>
    public string ToJson() => Encoding.UTF8.GetString(JsonTextWriter.ToBytes(ToValue(), JsonSpelling.Line));

    /// <summary>Reads the members of an object, valid or not.</summary>
    internal static ChronoRecord FromValue(JsonValue json)
    {
        var misfits = new Dictionary<string, JsonValue>();
        var none = new ChronoRecord();
        return new ChronoRecord
        {
            Id = TextOf(json, "id", none.Id, misfits),
            Kind = TextOf(json, "kind", none.Kind, misfits),
            Status = TextOf(json, "status", none.Status, misfits),
            Label = TextOf(json, "label", none.Label, misfits),
            Confidence = Read(json, "confidence", none.Confidence, misfits, v => v.Kind == JsonKind.Number ? (true, v.Number) : (false, 0)),
            SourceType = TextOf(json, "source_type", none.SourceType, misfits),
            Evidence = TextsOf(json, "evidence", misfits),
            EpistemicBoundary = TextsOf(json, "epistemic_boundary", misfits),
            IsHypothesis = Read(json, "is_hypothesis", false, misfits, v => (v.Kind is JsonKind.True or JsonKind.False, v.Kind == JsonKind.True)),
            ModelAssumptions = MembersOf(json, "model_assumptions", misfits),
            RecursionDepth = Read(json, "recursion_depth", 0, misfits, v => (IntegerOf(v) is not null, IntegerOf(v) ?? 0)),
            Data = MembersOf(json, "data", misfits),
            _misfits = misfits,
        };
    }

    internal JsonValue ToValue()
    {
        var members = new OrderedDictionary<string, JsonValue>(Fields.Count)
        {
            ["id"] = Value(Id),
            ["kind"] = Value(Kind),
            ["status"] = Value(Status),
            ["label"] = Value(Label),
            ["confidence"] = JsonValue.Of(Confidence),
            ["source_type"] = Value(SourceType),
            ["evidence"] = Value(Evidence),
            ["epistemic_boundary"] = Value(EpistemicBoundary),
            ["is_hypothesis"] = IsHypothesis ? JsonValue.True : JsonValue.False,
            ["model_assumptions"] = JsonValue.Of(ModelAssumptions),
            ["recursion_depth"] = JsonValue.Of(RecursionDepth),
            ["data"] = JsonValue.Of(Data),
        };
        foreach (var (field, value) in _misfits)
        {
            members[field] = value;
        }

        return JsonValue.Of(members);
    }

    /// <summary>The value as a 64-bit integer, if it is one.</summary>
    internal static long? IntegerOf(JsonValue value) =>
        value.Kind == JsonKind.Number && value.Number.IsInteger && long.TryParse(value.Number.ToString(), out var integer) ? integer : null;

    private static JsonValue Value(string? text) => text is null ? JsonValue.Null : JsonValue.Of(text);

    private static JsonValue Value(IReadOnlyList<string>? texts) => texts is null ? JsonValue.Null : JsonValue.Of([.. texts.Select(Value)]);

    private static string TextOf(JsonValue json, string name, string absent, Dictionary<string, JsonValue> misfits) =>
        Read(json, name, absent, misfits, v => (v.Kind == JsonKind.Text, v.Text!));

    private static IReadOnlyList<string> TextsOf(JsonValue json, string name, Dictionary<string, JsonValue> misfits) =>
        Read<IReadOnlyList<string>>(json, name, [], misfits, v => v.Kind == JsonKind.List && v.Items.All(i => i.Kind == JsonKind.Text)
            ? (true, [.. v.Items.Select(i => i.Text!)])
            : (false, []));

    private static JsonElement MembersOf(JsonValue json, string name, Dictionary<string, JsonValue> misfits) =>
        Read(json, name, default, misfits, v => v.Kind == JsonKind.Members && ElementOf(v) is { } element ? (true, element) : (false, default));

    private static T Read<T>(
        JsonValue json,
        string name,
        T absent,
        Dictionary<string, JsonValue> misfits,
        Func<JsonValue, (bool Fits, T Value)> read)
    {
        if (json.Find(name) is not { } value)
        {
            return absent;
        }

        var (fits, result) = read(value);
        if (!fits)
        {
            misfits[name] = value;
        }

        // Without a number, the confidence is unknown.
        return fits ? result : name == "confidence" ? read(JsonValue.Of(0L)).Value : absent;
    }

    // A JsonElement cannot hold NaN, infinities or lone surrogates.
    private static JsonElement? ElementOf(JsonValue value)
    {
        try
        {
            return value.Members.Count == 0 ? default(JsonElement) : EventJson.ParseElement(JsonTextWriter.ToBytes(value, JsonSpelling.Line));
        }
        catch (Exception e) when (e is JsonException or LoneSurrogateException)
        {
            return null;
        }
    }

    private static string KindOf(JsonValueKind kind) => kind == JsonValueKind.Undefined ? "absent" : $"a JSON {kind.ToString().ToLowerInvariant()}";

    private T Given<T>(string field, T value)
    {
        if (_misfits.ContainsKey(field))
        {
            _misfits = new Dictionary<string, JsonValue>(_misfits.Where(m => m.Key != field));
        }

        return value;
    }
}
