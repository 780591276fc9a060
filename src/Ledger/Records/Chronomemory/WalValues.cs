namespace Ledger.Records.Chronomemory;

/// <summary>The eight fields of an event as read, valid or not; absent ones have the reference's defaults.</summary>
internal sealed record WalValues
{
    private static readonly JsonValue Empty = JsonValue.Of("");
    private static readonly JsonValue Zero = JsonValue.Of(0L);

    public static IReadOnlyList<string> Names { get; } =
        ["seq", "ts", "op", "record_id", "record", "prev_hash", "hash", "recursion_depth"];

    public JsonValue Seq { get; init; } = Zero;

    public JsonValue Ts { get; init; } = Empty;

    public JsonValue Op { get; init; } = JsonValue.Of("upsert");

    public JsonValue RecordId { get; init; } = Empty;

    public JsonValue Record { get; init; } = JsonValue.NoMembers;

    public JsonValue PrevHash { get; init; } = Empty;

    public JsonValue Hash { get; init; } = Empty;

    public JsonValue RecursionDepth { get; init; } = Zero;

    /// <summary>Reads the fields of an object; other members are ignored.</summary>
    public static WalValues Of(JsonValue members)
    {
        var none = new WalValues();
        return new WalValues
        {
            Seq = members.Find("seq") ?? none.Seq,
            Ts = members.Find("ts") ?? none.Ts,
            Op = members.Find("op") ?? none.Op,
            RecordId = members.Find("record_id") ?? none.RecordId,
            Record = members.Find("record") ?? none.Record,
            PrevHash = members.Find("prev_hash") ?? none.PrevHash,
            Hash = members.Find("hash") ?? none.Hash,
            RecursionDepth = members.Find("recursion_depth") ?? none.RecursionDepth,
        };
    }

    /// <exception cref="Json.LoneSurrogateException">A text contains half of a surrogate pair.</exception>
    public byte[] HashedText() => JsonTextWriter.ToBytes(Members(withHash: false), JsonSpelling.Hashed);

    /// <exception cref="Json.LoneSurrogateException">A text contains half of a surrogate pair.</exception>
    public byte[] ToLine() => JsonTextWriter.ToBytes(Members(withHash: true), JsonSpelling.Line);

    /// <summary>The event, or null and the reason why the values are not one.</summary>
    public WalEvent? ToEvent(out string? fault)
    {
        fault = ChronoRecord.IntegerOf(Seq) is null ? "'seq' is not a 64-bit integer"
            : ChronoRecord.IntegerOf(RecursionDepth) is null ? "'recursion_depth' is not a 64-bit integer"
            : FaultOfText("ts", Ts) ?? FaultOfText("op", Op) ?? FaultOfText("record_id", RecordId) ?? FaultOfText("prev_hash", PrevHash)
                ?? FaultOfText("hash", Hash) ?? (Record.Kind == JsonKind.Members ? null : "'record' is not a JSON object");
        if (fault is not null)
        {
            return null;
        }

        var record = ChronoRecord.FromValue(Record);
        fault = record.Misfits.Contains("id") ? "the record's 'id' is not text" : null;
        return fault is null ? new WalEvent(this, record) : null;
    }

    private static string? FaultOfText(string name, JsonValue value) => value.Kind == JsonKind.Text ? null : $"'{name}' is not text";

    private JsonValue Members(bool withHash)
    {
        var members = new OrderedDictionary<string, JsonValue>(8)
        {
            ["seq"] = Seq,
            ["ts"] = Ts,
            ["op"] = Op,
            ["record_id"] = RecordId,
            ["record"] = Record,
            ["prev_hash"] = PrevHash,
        };
        if (withHash)
        {
            members["hash"] = Hash;
        }

        members["recursion_depth"] = RecursionDepth;
        return JsonValue.Of(members);
    }
}
