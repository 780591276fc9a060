using System.Text.Json;

namespace Ledger.Seal.Auditing;

/// <summary>An event by which one of Ledger's functions says which events it took out of the log, or brought back.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Id">Its id.</param>
/// <param name="Type"><c>retention.removed</c>, <c>retention.restored</c> or <c>retention.compacted</c>.</param>
/// <param name="Data">What it says.</param>
internal sealed record SaidEvent(long Sequence, Guid Id, string Type, byte[] Data)
{
    public const string Restored = "retention.restored";
    public const string Compacted = "retention.compacted";

    /// <summary>Reads what it says; false if it is not what Ledger writes.</summary>
    /// <remarks>It explains nothing then: the leaves that it may be about are findings, and so is the event, if it was changed.</remarks>
    public bool TryRead(Action<JsonElement> read)
    {
        try
        {
            using var data = JsonDocument.Parse(Data);
            read(data.RootElement);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>The ranges of leaves that an event names; none where the seal had none of its events.</summary>
    public static IReadOnlyList<(long First, long Last)> LeavesOf(JsonElement root) => root.TryGetProperty("leaves", out var leaves)
        ? [.. leaves.EnumerateArray().Select(range => (range[0].GetInt64(), range[1].GetInt64()))]
        : [];
}
