using System.Text.Json;
using Ledger.Json;

namespace Ledger.Explorer.Diffs;

/// <summary>Events of two histories that stand side by side: one of each that are of one kind, or one that the other history does not have.</summary>
/// <param name="A">The event of the one history, or null.</param>
/// <param name="B">The event of the other, or null.</param>
internal sealed record EventPair(RecordedEvent? A, RecordedEvent? B)
{
    /// <summary>Whether both have the same data.</summary>
    public bool IsSame => A is not null && B is not null && JsonEquality.Instance.Equals(A.ToJsonElement(), B.ToJsonElement());

    /// <summary>Pairs events: as many as possible of those that are of one type and about one thing, in the order of both.</summary>
    public static IReadOnlyList<EventPair> Align(IReadOnlyList<RecordedEvent> a, IReadOnlyList<RecordedEvent> b)
    {
        string[] keysA = [.. a.Select(KeyOf)], keysB = [.. b.Select(KeyOf)];
        var longest = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        {
            for (var j = b.Count - 1; j >= 0; j--)
            {
                longest[i, j] = keysA[i] == keysB[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        var pairs = new List<EventPair>();
        var (x, y) = (0, 0);
        while (x < a.Count || y < b.Count)
        {
            if (x < a.Count && y < b.Count && keysA[x] == keysB[y])
            {
                pairs.Add(new EventPair(a[x++], b[y++]));
            }
            else if (y == b.Count || (x < a.Count && longest[x + 1, y] >= longest[x, y + 1]))
            {
                pairs.Add(new EventPair(a[x++], null));
            }
            else
            {
                pairs.Add(new EventPair(null, b[y++]));
            }
        }

        return pairs;
    }

    // The type, and what it is about: a changed prompt stays the same step, another tool or object is another one.
    private static string KeyOf(RecordedEvent recorded)
    {
        if (recorded.Json.Length > 64 * 1024)
        {
            return recorded.Type;
        }

        var data = recorded.ToJsonElement();
        foreach (var name in new[] { "tool", "name", "kind", "id" })
        {
            if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            {
                return $"{recorded.Type} {value.GetString()}";
            }
        }

        return recorded.Type;
    }
}
