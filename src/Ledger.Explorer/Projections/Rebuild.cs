namespace Ledger.Explorer.Projections;

/// <summary>A projection that can be rebuilt, and its latest rebuild if this explorer started one.</summary>
/// <param name="Projection">Its name.</param>
/// <param name="State">The state of its rebuild.</param>
/// <param name="Events">The number of events done.</param>
/// <param name="Total">The number of events to do.</param>
/// <param name="Fault">The reason of a failure, or null.</param>
internal sealed record Rebuild(string Projection, RebuildState State, long Events = 0, long Total = 0, string? Fault = null);

/// <summary>The state of a rebuild.</summary>
internal enum RebuildState
{
    None,
    Running,
    Done,
    Failed,
}
