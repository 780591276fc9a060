using System.Text;
using Ledger.Chrono.Text;
using Ledger.Json;

namespace Ledger.Chrono;

/// <summary>The form in which a log keeps an event of a chain: the text that was hashed, and its hash.</summary>
/// <remarks>
/// The text has its keys sorted. To write the same line into a file again, the order in which a record's keys came is kept beside it,
/// where it is not that which follows from the text: the twelve fields in the reference's order, and sorted keys below.
/// </remarks>
/// <param name="Text">The hashed text.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Spelled">The record with its keys in their own order; null where that follows from the text.</param>
internal sealed record StoredEvent(string Text, string Hash, string? Spelled)
{
    public static StoredEvent Of(WalEvent walEvent)
    {
        var record = walEvent.Values.Record;
        var spelled = FollowsFromText(record) ? null : Encoding.UTF8.GetString(JsonTextWriter.ToBytes(record, JsonSpelling.Line));
        return new StoredEvent(walEvent.HashedText, walEvent.Hash, spelled);
    }

    /// <exception cref="FormatException">The text is not that of an event.</exception>
    public WalEvent ToEvent()
    {
        var values = WalValues.Of(JsonTextReader.Read(Encoding.UTF8.GetBytes(Text))) with { Hash = JsonValue.Of(Hash) };
        var record = Spelled is null ? InOrder(values.Record) : JsonTextReader.Read(Encoding.UTF8.GetBytes(Spelled));
        return (values with { Record = record }).ToEvent(out var fault) ?? throw new FormatException($"The text is no event: {fault}.");
    }

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
        var ranks = record.Members.Keys.Select(RankOf).ToList();
        return ranks.SequenceEqual(ranks.Order())
            && record.Members.Values.All(IsSorted)
            && record.Members.Keys.Where(name => RankOf(name) == int.MaxValue) is var unknown
            && unknown.SequenceEqual(unknown.Order(CodePointComparer.Instance));
    }

    private static int RankOf(string name) => ChronoRecord.Fields.IndexOf(name) is var rank and >= 0 ? rank : int.MaxValue;

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
