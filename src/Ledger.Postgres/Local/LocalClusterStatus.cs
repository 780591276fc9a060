namespace Ledger.Postgres.Local;

/// <summary>The status of the private cluster at one moment.</summary>
public sealed record LocalClusterStatus
{
    /// <summary>Whether the server accepts connections.</summary>
    public required bool Running { get; init; }

    /// <summary>The server's version: complete while it runs, else the data folder's major version; null before the first start.</summary>
    public required string? Version { get; init; }

    /// <summary>The actual folder of the data, which may be outside <see cref="LocalClusterOptions.Home"/>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The connection string, valid while the server runs.</summary>
    public required string ConnectionString { get; init; }
}
