using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Files;

namespace Ledger.Interop.Reading;

/// <summary>The members of a recorded object. Whatever is not read, or is not of the type that it is read as, is left for <see cref="Rest"/>.</summary>
internal sealed class Fields(JsonElement json)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The object.</summary>
    public JsonElement Json => json;

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => json.Text(name) is { } text ? Read(name, text) : null;

    /// <summary>A text, left in place: another reader needs it too.</summary>
    public string? Peek(string name) => json.Text(name);

    /// <summary>A whole number that is not negative, or null.</summary>
    public long? Count(string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count) && count >= 0 ? Read(name, (long?)count) : null;

    /// <summary>A price, or null.</summary>
    public decimal? Price(string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var price) && price is >= 0 and <= 1e12m
            ? Read(name, (decimal?)price)
            : null;

    /// <summary>A truth, or null.</summary>
    public bool? Flag(string name) => json.Member(name).ValueKind switch
    {
        JsonValueKind.True => Read(name, (bool?)true),
        JsonValueKind.False => Read(name, (bool?)false),
        _ => null,
    };

    /// <summary>A time as text or in seconds since 1970, or null.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (json.Text(name) is { } text && IsoTime.TryParse(text, out var time))
        {
            return Read(name, (DateTimeOffset?)time);
        }

        // Years 2001 to 5138: anything else is no time in seconds.
        return json.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var seconds) && seconds is >= 1e9 and <= 1e11
            ? Read(name, (DateTimeOffset?)DateTimeOffset.UnixEpoch.AddSeconds(seconds))
            : null;
    }

    /// <summary>The items of a list, or null.</summary>
    public IReadOnlyList<JsonElement>? List(string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } array ? Read(name, (IReadOnlyList<JsonElement>)[.. array.EnumerateArray()]) : null;

    /// <summary>An object, whose own members are read in turn; without any if there is none.</summary>
    public Fields Object(string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Object } inner ? Read(name, new Fields(inner)) : new Fields(default);

    /// <summary>A value of any type; undefined if there is none.</summary>
    public JsonElement Any(string name) =>
        json.Member(name) is { ValueKind: not JsonValueKind.Undefined } value ? Read(name, value) : default;

    /// <summary>Reads members that say nothing beyond what the events say already.</summary>
    public void Skip(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _read.Add(name);
        }
    }

    /// <summary>The members that were not read and say something, or null; they are counted under their path.</summary>
    public JsonObject? Rest(Extras extras, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        JsonObject? rest = null;
        foreach (var member in json.EnumerateObject())
        {
            var name = RecordedJson.NameOf(member);
            if (!_read.Contains(name) && RecordedJson.SaysSomething(member.Value))
            {
                rest ??= [];
                rest[name.Replace('\0', '\uFFFD')] = member.Value.ToNode();
                extras.Add(path + name);
            }
        }

        return rest;
    }

    private T Read<T>(string name, T value)
    {
        _read.Add(name);
        return value;
    }
}
