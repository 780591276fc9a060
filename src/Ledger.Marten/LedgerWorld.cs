using System.Text.Json.Serialization;
using Ledger.Marten.Worlds;
using Ledger.Worlds;
using Marten;

namespace Ledger.Marten;

/// <summary>The stored world of a run or branch, as a document of Marten: <c>session.LoadAsync&lt;LedgerWorld&gt;("run:first")</c>.</summary>
/// <remarks>
/// <para>It is the snapshot that <see cref="Run.SaveSnapshotAsync"/>, <see cref="LedgerProjectionExtensions.SnapshotWorlds"/> and the native engine store, in the
/// table <c>mt_doc_ledger_world</c>: as old as the last of them, as <see cref="Position"/> says. <c>run.GetWorldAsync()</c> is never old.</para>
/// <para>Marten queries and includes it, and keeps it in the identity map of a session as any document. It follows from the log, so that a session that stores one is
/// refused. A world of more than <see cref="WorldSnapshot.MaxBytes"/> is not stored: the last one that was not too large stays.</para>
/// <para>An index for queries by objects: <c>options.Schema.For&lt;LedgerWorld&gt;().GinIndexJsonData()</c>.</para>
/// </remarks>
[LedgerWorldMapping]
public sealed class LedgerWorld
{
    /// <summary>The stream's name, such as <c>run:first</c> or <c>branch:b</c>.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The number of events folded, including those of a branch's prefix.</summary>
    [JsonPropertyName("position")]
    public long Position { get; init; }

    /// <summary>The id of the last event folded; null if there is none.</summary>
    [JsonPropertyName("last_event_id")]
    public Guid? LastEventId { get; init; }

    /// <summary>Whether a limit of the run was reached.</summary>
    [JsonPropertyName("budget_exhausted")]
    public bool BudgetExhausted { get; init; }

    /// <summary>The objects in the order of first creation; one that was removed and created again goes last.</summary>
    [JsonPropertyName("objects")]
    public required IReadOnlyList<LedgerWorldObject> Objects { get; init; }

    /// <summary>The relations in the order of first creation; one that was removed and created again goes last.</summary>
    [JsonPropertyName("relations")]
    public required IReadOnlyList<LedgerWorldRelation> Relations { get; init; }

    /// <summary>The events that cannot be applied and were skipped, in order.</summary>
    [JsonPropertyName("faults")]
    public required IReadOnlyList<LedgerWorldFault> Faults { get; init; }

    /// <summary>The world, with look-ups by id and by the ends of relations, and for <see cref="WorldDiff.Between"/>.</summary>
    public World ToWorld() => new(
        [.. Objects.Select(o => o.ToObject())],
        [.. Relations.Select(r => r.ToRelation())],
        BudgetExhausted,
        new Position(Position),
        [.. Faults.Select(f => f.ToSkippedEvent())]);
}
