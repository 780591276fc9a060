namespace Ledger.Explorer.Projections;

/// <summary>A projection that can be rebuilt, and its rebuild if this explorer began one.</summary>
/// <param name="Projection">Its name.</param>
/// <param name="State">How its rebuild stands.</param>
/// <param name="Events">How many events are done.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Fault">Why it failed, or null.</param>
internal sealed record Rebuild(string Projection, RebuildState State, long Events = 0, long Total = 0, string? Fault = null);

/// <summary>How a rebuild stands.</summary>
internal enum RebuildState
{
    None,
    Running,
    Done,
    Failed,
}
