using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>An object or relation as a merge compares it: its values by their places.</summary>
/// <remarks>
/// A place is a JSON pointer: <c>/type</c>, <c>/source_id</c>, <c>/target_id</c>, <c>/data/status</c>; a property of the data is one value. A place in a property,
/// such as <c>/data/details/colour</c>, can be asked for and set too.
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
    public JsonElement this[string path]
    {
        get
        {
            var (top, members) = Split(path);
            return members.Aggregate(
                Values.GetValueOrDefault(top),
                (value, member) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out var found) ? found : default);
        }
    }

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

    /// <summary>The same with one value set, or without it if it is undefined.</summary>
    public EntityState With(string path, JsonElement value)
    {
        var (top, members) = Split(path);
        if (members.Length > 0)
        {
            (path, value) = (top, WithMember(Values.GetValueOrDefault(top), members, value));
        }

        var values = new OrderedDictionary<string, JsonElement>(Values, StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            values.Remove(path);
        }
        else
        {
            values[path] = value;
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

    private static (string Top, string[] Members) Split(string path)
    {
        var top = TopOf(path);
        return (top, top.Length == path.Length ? [] : [.. path[(top.Length + 1)..].Split('/').Select(JsonPointer.Unescape)]);
    }

    private static JsonElement WithMember(JsonElement whole, ReadOnlyMemory<string> members, JsonElement value)
    {
        var name = members.Span[0];
        var inner = members.Length == 1 ? value
            : WithMember(whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty(name, out var found) ? found : default, members[1..], value);
        return EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            var others = whole.ValueKind == JsonValueKind.Object ? whole.EnumerateObject().Where(m => m.Name != name) : [];
            foreach (var member in others)
            {
                member.WriteTo(writer);
            }

            if (inner.ValueKind != JsonValueKind.Undefined)
            {
                writer.WritePropertyName(name);
                inner.WriteTo(writer);
            }

            writer.WriteEndObject();
        });
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
}
