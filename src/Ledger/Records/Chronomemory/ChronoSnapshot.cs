namespace Ledger.Records.Chronomemory;

/// <summary>The content of a <c>snapshot.json</c>: all records as of an event.</summary>
/// <param name="Seq">The seq of the last event in it; 0 for none.</param>
/// <param name="LastHash">That event's hash; empty for none.</param>
/// <param name="Ts">The time of writing.</param>
/// <param name="Records">All records, including deleted ones, in order.</param>
public sealed record ChronoSnapshot(long Seq, string LastHash, string Ts, IReadOnlyList<ChronoRecord> Records)
{
    internal static ChronoSnapshot Of(ChronoState state, DateTimeOffset at) =>
        new(state.Sequence, state.LastHash, ChronoTime.Of(at), [.. state.Records]);

    /// <summary>The file's bytes, as the reference writes them.</summary>
    public byte[] ToBytes()
    {
        var members = new OrderedDictionary<string, JsonValue>
        {
            ["seq"] = JsonValue.Of(Seq),
            ["last_hash"] = JsonValue.Of(LastHash),
            ["ts"] = JsonValue.Of(Ts),
            ["records"] = JsonValue.Of([.. Records.Select(r => r.ToValue())]),
        };
        return JsonTextWriter.ToBytes(JsonValue.Of(members), JsonSpelling.Indented);
    }

    /// <summary>Reads the file; null with the reason if the reference would ignore it.</summary>
    internal static ChronoSnapshot? Read(ReadOnlySpan<byte> utf8, out string? fault)
    {
        try
        {
            if (!System.Text.Unicode.Utf8.IsValid(utf8))
            {
                fault = "the bytes are not UTF-8";
                return null;
            }

            return Of(JsonTextReader.Read(utf8), out fault);
        }
        catch (JsonTextException e)
        {
            fault = e.Message.TrimEnd('.');
            return null;
        }
    }

    private static ChronoSnapshot? Of(JsonValue json, out string? fault)
    {
        var seq = ChronoRecord.IntegerOf(json.Find("seq") ?? JsonValue.Of(0L));
        var lastHash = json.Find("last_hash") ?? JsonValue.Of("");
        var records = json.Find("records") ?? JsonValue.Of(new List<JsonValue>());
        fault = json.Kind != JsonKind.Members ? "it is not a JSON object"
            : seq is null ? "'seq' is not a 64-bit integer"
            : lastHash.Kind != JsonKind.Text ? "'last_hash' is not text"
            : records.Kind != JsonKind.List || records.Items.Any(r => r.Kind != JsonKind.Members) ? "'records' is not a list of JSON objects"
            : null;
        if (fault is not null)
        {
            return null;
        }

        List<ChronoRecord> read = [.. records.Items.Select(ChronoRecord.FromValue)];
        fault = read.Any(r => r.Misfits.Contains("id")) ? "the 'id' of a record is not text" : null;
        return fault is null ? new ChronoSnapshot(seq!.Value, lastHash.Text!, json.Find("ts")?.Text ?? "", read) : null;
    }
}
