using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>The first place at which a stored world differs from the replayed one.</summary>
/// <param name="Path">The place in the JSON of the world, as a JSON pointer (RFC 6901): <c>/objects/3/data/status</c>.</param>
/// <param name="Stored">The value in the stored world; undefined if absent.</param>
/// <param name="Replayed">The value in the replayed world; undefined if absent.</param>
public sealed record WorldDifference(string Path, JsonElement Stored, JsonElement Replayed)
{
    /// <summary>Compares everything in a world, including its order; values by <see cref="JsonEquality"/>. Null if all is the same.</summary>
    internal static WorldDifference? First(World stored, World replayed) =>
        FirstOf("/objects", stored.Objects, replayed.Objects, (o, writer) => o.WriteTo(writer))
        ?? FirstOf("/relations", stored.Relations, replayed.Relations, (r, writer) => r.WriteTo(writer))
        ?? FirstOf("/budget_exhausted", JsonOf(stored.BudgetExhausted), JsonOf(replayed.BudgetExhausted))
        ?? FirstOf("/position", JsonOf(stored.Position.Value), JsonOf(replayed.Position.Value))
        ?? FirstOf("/faults", stored.Faults, replayed.Faults, (f, writer) => f.WriteTo(writer));

    private static WorldDifference? FirstOf<T>(string path, IReadOnlyList<T> stored, IReadOnlyList<T> replayed, Action<T, Utf8JsonWriter> write)
        where T : class
    {
        for (var i = 0; i < Math.Max(stored.Count, replayed.Count); i++)
        {
            var (a, b) = (i < stored.Count ? stored[i] : null, i < replayed.Count ? replayed[i] : null);
            if (Equals(a, b))
            {
                continue;
            }

            return FirstOf(
                JsonPointer.Append(path, $"{i}"),
                a is null ? default : EventJson.ToElement(writer => write(a, writer)),
                b is null ? default : EventJson.ToElement(writer => write(b, writer)));
        }

        return null;
    }

    private static WorldDifference? FirstOf(string path, JsonElement stored, JsonElement replayed)
    {
        if (JsonEquality.Instance.Equals(stored, replayed))
        {
            return null;
        }

        if (stored.ValueKind == JsonValueKind.Object && replayed.ValueKind == JsonValueKind.Object)
        {
            var (a, b) = (JsonEquality.MembersOf(stored), JsonEquality.MembersOf(replayed));
            return a.Keys.Union(b.Keys, StringComparer.Ordinal)
                .Order(CodePointComparer.Instance)
                .Select(key => FirstOf(JsonPointer.Append(path, key), a.GetValueOrDefault(key), b.GetValueOrDefault(key)))
                .FirstOrDefault(d => d is not null);
        }

        if (stored.ValueKind == JsonValueKind.Array && replayed.ValueKind == JsonValueKind.Array)
        {
            var (a, b) = (stored.EnumerateArray().ToArray(), replayed.EnumerateArray().ToArray());
            return Enumerable.Range(0, Math.Max(a.Length, b.Length))
                .Select(i => FirstOf(JsonPointer.Append(path, $"{i}"), a.ElementAtOrDefault(i), b.ElementAtOrDefault(i)))
                .FirstOrDefault(d => d is not null);
        }

        return new WorldDifference(path, stored, replayed);
    }

    private static JsonElement JsonOf(bool value) => EventJson.ToElement(writer => writer.WriteBooleanValue(value));

    private static JsonElement JsonOf(long value) => EventJson.ToElement(writer => writer.WriteNumberValue(value));
}
