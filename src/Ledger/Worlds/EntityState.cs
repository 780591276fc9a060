using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>An object or relation as a merge compares it: its values by their places.</summary>
/// <remarks>
/// A place is a JSON pointer: <c>/type</c>, <c>/source_id</c>, <c>/target_id</c>, <c>/data/status</c>; a property of the data is one value. A place in a property,
/// such as <c>/data/details/colour</c>, can be set too.
/// </remarks>
internal sealed class EntityState
{
    public const string TypePath = "/type";
    public const string SourcePath = "/source_id";
    public const string TargetPath = "/target_id";
    private const string DataPath = "/data";

    private static readonly string[] Ends = [SourcePath, TargetPath];

    public EntityState(EntityKind kind, string id, OrderedDictionary<string, JsonElement> values)
    {
        Kind = kind;
        Id = id;
        Values = values;
    }

    public EntityKind Kind { get; }

    public string Id { get; }

    public IReadOnlyDictionary<string, JsonElement> Values { get; }

    public string Type => TextAt(TypePath);

    /// <summary>The places of the ends; none of an object.</summary>
    public IEnumerable<string> EndPaths => Kind == EntityKind.Relation ? Ends : [];

    /// <summary>The value at a place; undefined if there is none.</summary>
    public JsonElement this[string path] => Values.GetValueOrDefault(path);

    public static EntityState? Of(WorldObject? item) =>
        item is null ? null : new EntityState(EntityKind.WorldObject, item.Id, ValuesOf(item.Data, (TypePath, item.Type)));

    public static EntityState? Of(Relation? item) => item is null
        ? null
        : new EntityState(
            EntityKind.Relation,
            item.Id,
            ValuesOf(item.Data, (TypePath, item.Type), (SourcePath, item.SourceId), (TargetPath, item.TargetId)));

    /// <summary>Reads what <see cref="ToJson"/> writes.</summary>
    /// <exception cref="ArgumentException">It is not the JSON of such a thing.</exception>
    public static EntityState Parse(EntityKind kind, string id, JsonElement json)
    {
        string[] texts = kind == EntityKind.WorldObject ? ["type"] : ["type", "source_id", "target_id"];
        if (json.ValueKind != JsonValueKind.Object
            || texts.FirstOrDefault(t => !json.TryGetProperty(t, out var text) || text.ValueKind != JsonValueKind.String) is not null
            || (json.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Object))
        {
            throw new ArgumentException(
                $"The value for {kind.ToName()} '{id}' must be a JSON object with {string.Join(", ", texts.Select(t => $"'{t}'"))} as text and, "
                + "if it has properties, 'data' as an object.",
                nameof(json));
        }

        return new EntityState(
            kind,
            id,
            ValuesOf(
                data.ValueKind == JsonValueKind.Object ? Properties.Of(data) : Properties.Empty,
                [.. texts.Select(t => ($"/{t}", json.GetProperty(t).GetString()!))]));
    }

    public static bool AreSame(EntityState? a, EntityState? b) =>
        ReferenceEquals(a, b) || (a is not null && b is not null && JsonEquality.MembersEqual(a.Values, b.Values));

    /// <summary>The top-level property at a place, or that the place is in; null at every other place.</summary>
    public static string? PropertyAt(string path) =>
        path.StartsWith(DataPath + "/", StringComparison.Ordinal) ? JsonPointer.Unescape(TopOf(path)[(DataPath.Length + 1)..]) : null;

    /// <summary>The place of the whole property that a place is in; every other place itself.</summary>
    public static string TopOf(string path) =>
        path.StartsWith(DataPath + "/", StringComparison.Ordinal) && path.IndexOf('/', DataPath.Length + 1) is > 0 and var end ? path[..end] : path;

    public static string PathOf(string property) => JsonPointer.Append(DataPath, property);

    public string TextAt(string path) => this[path].GetString()!;

    /// <summary>The same with values set at some places, or without them where they are undefined; no place is in another.</summary>
    /// <remarks>All at once, because each call writes the properties that it changes in whole.</remarks>
    public EntityState With(IEnumerable<KeyValuePair<string, JsonElement>> changes)
    {
        var changed = ByName(changes.Select(c => new PlacedValue(c.Key, c.Value)), change => change.Top);
        var values = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var path in Values.Keys.Union(changed.Keys, StringComparer.Ordinal))
        {
            var value = this[path];
            if (changed.TryGetValue(path, out var inIt))
            {
                value = inIt[^1].Members.Length == 0 ? inIt[^1].Value : EventJson.ToElement(writer => Write(writer, value, inIt, 0));
            }

            if (value.ValueKind != JsonValueKind.Undefined)
            {
                values.Add(path, value);
            }
        }

        return new EntityState(Kind, Id, values);
    }

    /// <summary>Its JSON without the id: type, ends and data.</summary>
    public JsonElement ToJson() => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        foreach (var path in (IEnumerable<string>)[TypePath, .. EndPaths])
        {
            writer.WritePropertyName(path[1..]);
            this[path].WriteTo(writer);
        }

        writer.WritePropertyName("data");
        Data.WriteTo(writer);
        writer.WriteEndObject();
    });

    /// <summary>The event that makes it, or replaces one of the same id.</summary>
    public object ToCreated()
    {
        var data = Data is { Count: > 0 } some ? some.ToJsonElement() : default;
        return Kind == EntityKind.WorldObject
            ? new ObjectCreated(Id, Type, data)
            : new RelationCreated(Id, Type, TextAt(SourcePath), TextAt(TargetPath), data);
    }

    private Properties Data
    {
        get
        {
            var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var (path, value) in Values)
            {
                if (PropertyAt(path) is { } property)
                {
                    members.Add(property, value);
                }
            }

            return new Properties(members);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement whole, List<PlacedValue> changes, int depth)
    {
        if (changes[^1].Members.Length == depth)
        {
            changes[^1].Value.WriteTo(writer);
            return;
        }

        var members = whole.ValueKind == JsonValueKind.Object ? JsonEquality.MembersOf(whole) : [];
        var changed = ByName(changes, change => change.Members[depth]);
        writer.WriteStartObject();
        foreach (var name in members.Keys.Union(changed.Keys, StringComparer.Ordinal))
        {
            var member = members.GetValueOrDefault(name);
            if (!changed.TryGetValue(name, out var inIt))
            {
                writer.WritePropertyName(name);
                member.WriteTo(writer);
            }
            else if (inIt[^1].Members.Length > depth + 1 || inIt[^1].Value.ValueKind != JsonValueKind.Undefined)
            {
                writer.WritePropertyName(name);
                Write(writer, member, inIt, depth + 1);
            }
        }

        writer.WriteEndObject();
    }

    private static OrderedDictionary<string, List<PlacedValue>> ByName(IEnumerable<PlacedValue> changes, Func<PlacedValue, string> name)
    {
        var named = new OrderedDictionary<string, List<PlacedValue>>(StringComparer.Ordinal);
        foreach (var group in changes.GroupBy(name, StringComparer.Ordinal))
        {
            named.Add(group.Key, [.. group]);
        }

        return named;
    }

    private static OrderedDictionary<string, JsonElement> ValuesOf(Properties data, params ReadOnlySpan<(string Path, string Text)> texts)
    {
        var values = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (path, text) in texts)
        {
            values.Add(path, JsonText.ToElement(text));
        }

        foreach (var (key, value) in data)
        {
            values.Add(PathOf(key), value);
        }

        return values;
    }

    /// <summary>A value to set: the property that it is in, and the way from there.</summary>
    private sealed record PlacedValue(string Top, string[] Members, JsonElement Value)
    {
        public PlacedValue(string path, JsonElement value)
            : this(TopOf(path), MembersOf(path), value)
        {
        }

        private static string[] MembersOf(string path)
        {
            var top = TopOf(path);
            return top.Length == path.Length ? [] : [.. path[(top.Length + 1)..].Split('/').Select(JsonPointer.Unescape)];
        }
    }
}
