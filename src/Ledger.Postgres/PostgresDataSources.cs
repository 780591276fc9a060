using Npgsql;

namespace Ledger.Postgres;

/// <summary>Makes data sources as Ledger needs them: of several servers in one connection string, the one that can be written to.</summary>
public static class PostgresDataSources
{
    private const string TargetSession = "Target Session Attributes";

    /// <summary>Makes a data source, which the caller disposes.</summary>
    /// <remarks>
    /// With several hosts, or <c>Target Session Attributes</c>, it is an <see cref="NpgsqlMultiHostDataSource"/>; everything of Ledger
    /// that gets one connects to the primary of its servers, after a failover to the new one.
    /// </remarks>
    /// <param name="connectionString">As Npgsql writes it. <c>Target Session Attributes</c> may ask for a server that can be written to.</param>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    /// <exception cref="PostgresOptionsException">It asks for a standby.</exception>
    public static NpgsqlDataSource Create(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (FaultOf(parts) is { } fault)
        {
            throw new PostgresOptionsException([fault]);
        }

        if (parts.TargetSessionAttributes is null && !HasSeveralHosts(parts))
        {
            return NpgsqlDataSource.Create(parts);
        }

        // Npgsql takes the attributes per connection, not in the data source; ForWriting selects the server.
        parts.Remove(TargetSession);
        return new NpgsqlDataSourceBuilder(parts.ConnectionString).BuildMultiHost();
    }

    /// <summary>The same data source, or of one with several servers that part which connects to the primary.</summary>
    /// <remarks>It need not be disposed; the data source need.</remarks>
    public static NpgsqlDataSource ForWriting(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return dataSource is NpgsqlMultiHostDataSource several ? several.WithTargetSession(TargetSessionAttributes.Primary) : dataSource;
    }

    /// <summary>What is wrong with the servers that a connection string selects, or null.</summary>
    internal static string? FaultOf(NpgsqlConnectionStringBuilder parts) =>
        parts.TargetSessionAttributes?.ToUpperInvariant() is "STANDBY" or "PREFER-STANDBY" or "READ-ONLY"
            ? $"'{TargetSession}' is '{parts.TargetSessionAttributes}', but Ledger writes, and a standby is read-only. Use 'primary', or remove it."
            : null;

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder parts) => parts.Host?.Contains(',', StringComparison.Ordinal) == true;
}
