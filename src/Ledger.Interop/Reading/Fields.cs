using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Files;

namespace Ledger.Interop.Reading;

/// <summary>The members of a recorded object. Whatever is not read, or is not of the type that it is read as, is left for <see cref="Rest"/>.</summary>
internal sealed class Fields
{
    // The bits of a number say which were read.
    private const int MostMarked = 64;

    private readonly JsonElement _json;

    // Of nearly all objects: their members are looked for dozens of times. Null for one with more members, or with names that are not plain ASCII.
    private readonly Member[]? _members;
    private readonly HashSet<string>? _readNames;
    private ulong _read;

    public Fields(JsonElement json)
    {
        _json = json;
        _members = MembersOf(json);
        _readNames = _members is null ? new HashSet<string>(StringComparer.Ordinal) : null;
    }

    /// <summary>The object.</summary>
    public JsonElement Json => _json;

    /// <summary>A member of any type, left in place; undefined if there is none.</summary>
    public JsonElement Get(string name)
    {
        if (_members is null)
        {
            return _json.Member(name);
        }

        // The last one counts, as it does for a reader of JSON.
        var mark = MarkOf<char>(name);
        for (var i = _members.Length - 1; i >= 0; i--)
        {
            if (_members[i].Is(mark, name))
            {
                return _members[i].Value;
            }
        }

        return default;
    }

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => RecordedJson.TextOf(Get(name)) is { } text ? Read(name, text) : null;

    /// <summary>A text, left in place: another reader needs it too.</summary>
    public string? Peek(string name) => RecordedJson.TextOf(Get(name));

    /// <summary>A whole number that is not negative, or null.</summary>
    public long? Count(string name) =>
        Get(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count) && count >= 0 ? Read(name, (long?)count) : null;

    /// <summary>A price, or null.</summary>
    public decimal? Price(string name) =>
        Get(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var price) && price is >= 0 and <= 1e12m
            ? Read(name, (decimal?)price)
            : null;

    /// <summary>A truth, or null.</summary>
    public bool? Flag(string name) => Get(name).ValueKind switch
    {
        JsonValueKind.True => Read(name, (bool?)true),
        JsonValueKind.False => Read(name, (bool?)false),
        _ => null,
    };

    /// <summary>A time as text or in seconds since 1970, or null.</summary>
    public DateTimeOffset? Time(string name)
    {
        var value = Get(name);
        if (RecordedJson.TextOf(value) is { } text && IsoTime.TryParse(text, out var time))
        {
            return Read(name, (DateTimeOffset?)time);
        }

        // Years 2001 to 5138: anything else is no time in seconds.
        return value is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var seconds) && seconds is >= 1e9 and <= 1e11
            ? Read(name, (DateTimeOffset?)DateTimeOffset.UnixEpoch.AddSeconds(seconds))
            : null;
    }

    /// <summary>The items of a list, or null.</summary>
    public IReadOnlyList<JsonElement>? List(string name) =>
        Get(name) is { ValueKind: JsonValueKind.Array } array ? Read(name, (IReadOnlyList<JsonElement>)[.. array.EnumerateArray()]) : null;

    /// <summary>An object, whose own members are read in turn; without any if there is none.</summary>
    public Fields Object(string name) =>
        Get(name) is { ValueKind: JsonValueKind.Object } inner ? Read(name, new Fields(inner)) : new Fields(default);

    /// <summary>A value of any type; undefined if there is none.</summary>
    public JsonElement Any(string name) =>
        Get(name) is { ValueKind: not JsonValueKind.Undefined } value ? Read(name, value) : default;

    /// <summary>Reads members that say nothing beyond what the events say already.</summary>
    public void Skip(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Mark(name);
        }
    }

    /// <summary>The members that were not read and say something, or null; they are counted under their path.</summary>
    public JsonObject? Rest(Extras extras, string path)
    {
        if (_json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        JsonObject? rest = null;
        if (_members is not null)
        {
            for (var i = 0; i < _members.Length; i++)
            {
                if ((_read >> i & 1) == 0 && RecordedJson.SaysSomething(_members[i].Value))
                {
                    Add(_members[i].Name, _members[i].Value);
                }
            }

            return rest;
        }

        foreach (var member in _json.EnumerateObject())
        {
            if (RecordedJson.NameOf(member) is var name && !_readNames!.Contains(name) && RecordedJson.SaysSomething(member.Value))
            {
                Add(name, member.Value);
            }
        }

        return rest;

        void Add(string name, JsonElement value)
        {
            rest ??= [];
            rest[name.Replace('\0', '\uFFFD')] = value.ToNode();
            extras.Add(path + name);
        }
    }

    private T Read<T>(string name, T value)
    {
        Mark(name);
        return value;
    }

    private void Mark(string name)
    {
        if (_members is null)
        {
            _readNames!.Add(name);
            return;
        }

        var mark = MarkOf<char>(name);
        for (var i = 0; i < _members.Length; i++)
        {
            if (_members[i].Is(mark, name))
            {
                _read |= 1UL << i;
            }
        }
    }

    private static Member[]? MembersOf(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var count = json.GetPropertyCount();
        if (count > MostMarked)
        {
            return null;
        }

        var members = new Member[count];
        var i = 0;
        foreach (var property in json.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.Contains((byte)'\\') || !Ascii.IsValid(name))
            {
                return null;
            }

            members[i++] = new Member(MarkOf(name), property);
        }

        return members;
    }

    // Names that differ rarely have one mark.
    private static int MarkOf<T>(ReadOnlySpan<T> name)
        where T : unmanaged, System.Numerics.INumberBase<T> => name.IsEmpty
        ? 0
        : (name.Length << 16) ^ (int.CreateTruncating(name[^1]) << 8) ^ int.CreateTruncating(name[name.Length / 2]);

    private readonly struct Member(int mark, JsonProperty property)
    {
        public JsonElement Value => property.Value;

        public string Name => property.Name;

        public bool Is(int other, string name) => mark == other && Ascii.Equals(JsonMarshal.GetRawUtf8PropertyName(property), name);
    }
}
