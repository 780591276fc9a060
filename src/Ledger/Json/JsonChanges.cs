using System.Text.Json;

namespace Ledger.Json;

/// <summary>The values in which two JSON documents differ.</summary>
internal static class JsonChanges
{
    /// <summary>The differences, sorted by path: objects are compared member by member, everything else as a whole. An undefined document is absent.</summary>
    public static IEnumerable<(string Path, JsonElement Old, JsonElement New)> Between(JsonElement old, JsonElement @new) => Between("", old, @new);

    private static IEnumerable<(string Path, JsonElement Old, JsonElement New)> Between(string path, JsonElement old, JsonElement @new)
    {
        if (old.ValueKind != JsonValueKind.Object || @new.ValueKind != JsonValueKind.Object)
        {
            return JsonEquality.Instance.Equals(old, @new) ? [] : [(path, old, @new)];
        }

        var (before, after) = (JsonEquality.MembersOf(old), JsonEquality.MembersOf(@new));
        return before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(CodePointComparer.Instance)
            .SelectMany(key => Between(JsonPointer.Append(path, key), before.GetValueOrDefault(key), after.GetValueOrDefault(key)));
    }
}
