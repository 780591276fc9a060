using Ledger.Log;

namespace Ledger;

/// <summary>The id, label and author of a new branch.</summary>
public sealed record ForkOptions
{
    /// <summary>The branch's id, or null for a new one.</summary>
    public string? Id { get; init; }

    /// <summary>A label for people, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Who forks and why.</summary>
    public EventMetadata Metadata { get; init; } = EventMetadata.None;
}
