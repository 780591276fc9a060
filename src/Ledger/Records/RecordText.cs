using System.Text;
using Ledger.Json;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A record in stored form: its hashed text, and the original order of its keys.</summary>
/// <param name="Text">The hashed text: keys sorted by code point at every level.</param>
/// <param name="Spelled">
/// The record with its keys in their original order; null if the order follows from the text: the twelve fields in the reference's order, and
/// sorted keys below.
/// </param>
internal readonly record struct RecordText(string Text, string? Spelled)
{
    public static RecordText Of(JsonValue record) => new(Spell(record, JsonSpelling.Hashed), SpellingOf(record));

    /// <summary>The record with its keys in their original order; null if the order follows from the hashed text.</summary>
    public static string? SpellingOf(JsonValue record) => FollowsFromText(record) ? null : Spell(record, JsonSpelling.Line);

    /// <summary>Reads the record in its original key order, or from a hashed text with its fields in the reference's order.</summary>
    public static JsonValue Ordered(JsonValue record, string? spelled) => spelled is null ? InOrder(record) : Read(spelled);

    /// <exception cref="FormatException">The text is not JSON.</exception>
    public JsonValue ToValue() => Spelled is null ? InOrder(Read(Text)) : Read(Spelled);

    private static JsonValue Read(string text) => JsonTextReader.Read(Encoding.UTF8.GetBytes(text));

    private static string Spell(JsonValue record, JsonSpelling spelling) => Encoding.UTF8.GetString(JsonTextWriter.ToBytes(record, spelling));

    private static JsonValue InOrder(JsonValue record)
    {
        var members = new OrderedDictionary<string, JsonValue>(record.Members.Count);
        foreach (var (name, value) in record.Members.OrderBy(m => RankOf(m.Key)))
        {
            members.Add(name, value);
        }

        return JsonValue.Of(members);
    }

    private static bool FollowsFromText(JsonValue record)
    {
        var (rank, before) = (-1, "");
        foreach (var (name, value) in record.Members)
        {
            var next = RankOf(name, rank == int.MaxValue ? rank : rank + 1);
            if (next < rank || !IsSorted(value)
                || (next == int.MaxValue && rank == next && CodePointComparer.Instance.Compare(before, name) > 0))
            {
                return false;
            }

            (rank, before) = (next, name);
        }

        return true;
    }

    private static int RankOf(string name, int guess = 0) =>
        guess < ChronoRecord.Fields.Count && ChronoRecord.Fields[guess] == name ? guess
        : ChronoRecord.Fields.IndexOf(name) is var rank and >= 0 ? rank : int.MaxValue;

    private static bool IsSorted(JsonValue value)
    {
        string? before = null;
        foreach (var (name, member) in value.Members)
        {
            if ((before is not null && CodePointComparer.Instance.Compare(before, name) > 0) || !IsSorted(member))
            {
                return false;
            }

            before = name;
        }

        return value.Items.All(IsSorted);
    }
}
