using System.Globalization;

namespace Ledger.Records;

/// <summary>Placeholder records in events that only name the operation; they are never part of a state.</summary>
internal static class ChronoRecords
{
    public static ChronoRecord TombstoneOf(string id) => new() { Id = id, Status = "tombstone" };

    public static ChronoRecord CompactionOf(long seq, CompactionProof proof) => new()
    {
        Id = "__compact__",
        Label = string.Create(CultureInfo.InvariantCulture, $"Compacted at seq={seq}"),
        Data = proof.ToJson(),
    };
}
