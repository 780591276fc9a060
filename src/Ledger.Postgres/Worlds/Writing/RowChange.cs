using System.Text;
using Ledger.Worlds;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>What an event does to an object or relation.</summary>
/// <param name="Act">Which it is.</param>
/// <param name="Stream">The index of its stream.</param>
/// <param name="Number">Its number among the events of the stream, from 1.</param>
/// <param name="State">What it changes; null if it has no id or changes none.</param>
/// <param name="Type">The new type.</param>
/// <param name="Source">The source of a relation.</param>
/// <param name="Target">The target of a relation.</param>
/// <param name="Body">The data or the patch.</param>
/// <param name="Fault">Why it cannot be applied, whatever there is.</param>
internal readonly record struct RowChange(
    RowAct Act, int Stream, int Number, RowState? State, string? Type, string? Source, string? Target, ReadOnlyMemory<byte> Body, WorldFault? Fault)
{
    private const int LongestId = 500;

    /// <summary>Whether a row takes its ids; see <c>long_id</c> in <c>fold_world_v2</c>.</summary>
    public bool FitsRows => Fits(State?.Id) && Fits(Source) && Fits(Target);

    /// <summary>Whether it changes a relation.</summary>
    public static bool IsOfRelation(string type) => type.StartsWith("relation.", StringComparison.Ordinal);

    /// <summary>What an event of a type does; null if nothing.</summary>
    public static RowAct? ActOf(string type) => type switch
    {
        "object.created" or "relation.created" => RowAct.Create,
        "object.patched" => RowAct.Patch,
        "object.removed" or "relation.removed" => RowAct.Remove,
        "budget.exhausted" => RowAct.Exhaust,
        _ => null,
    };

    private static bool Fits(string? id) => id is null || id.Length <= LongestId / 3 || Encoding.UTF8.GetByteCount(id) <= LongestId;
}
