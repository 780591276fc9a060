using System.Text.Json;
using Ledger.Json;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The hashes that a compaction records in its <c>data</c>, so that the chain before it and its state can still be checked.</summary>
/// <param name="ContinuesHash">The hash of the last event before the compaction.</param>
/// <param name="StateHash">The hash of the state, from <see cref="ChronoState.ComputeHash"/>.</param>
internal sealed record CompactionProof(string ContinuesHash, string StateHash)
{
    /// <summary>Reads the proof of a compaction; null for one of the reference, which has none.</summary>
    public static CompactionProof? Of(WalEvent compaction) =>
        TextOf(compaction.Record.Data, "continues_hash") is { } continues && TextOf(compaction.Record.Data, "state_hash") is { } state
            ? new CompactionProof(continues, state)
            : null;

    public JsonElement ToJson() => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("continues_hash", ContinuesHash);
        writer.WriteString("state_hash", StateHash);
        writer.WriteEndObject();
    });

    private static string? TextOf(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
