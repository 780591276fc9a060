namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Nothing of that name has ever run here, or can be rebuilt here.</summary>
public sealed class ProjectionNotFoundException : Exception
{
    internal ProjectionNotFoundException(string name, IEnumerable<string> known)
        : base($"There is no projection '{name}' here. These are known: {string.Join(", ", known.DefaultIfEmpty("none"))}.") => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }
}
