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
    public static NpgsqlDataSource Create(string connectionString) => Create(connectionString, null);

    /// <summary>The same, with something done to each connection that is opened.</summary>
    internal static NpgsqlDataSource Create(string connectionString, Action<NpgsqlDataSourceBuilder>? configure)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (FaultOf(parts) is { } fault)
        {
            throw new PostgresOptionsException([fault]);
        }

        if (parts.TargetSessionAttributes is null && !HasSeveralHosts(parts))
        {
            var builder = new NpgsqlDataSourceBuilder(parts.ConnectionString);
            configure?.Invoke(builder);
            return builder.Build();
        }

        return BuildMultiHost(parts, configure);
    }

    /// <summary>Makes a data source of servers of which the standbys answer questions, which the caller disposes; see <see cref="PostgresEventStore.OnReplicas"/>.</summary>
    /// <param name="connectionString">As Npgsql writes it. Its hosts may include the primary.</param>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    /// <exception cref="PostgresOptionsException">It asks for the primary.</exception>
    public static NpgsqlMultiHostDataSource CreateReplicas(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return FaultOfReplicas(parts) is { } fault ? throw new PostgresOptionsException([fault]) : BuildMultiHost(parts);
    }

    /// <summary>The same data source, or of one with several servers that part which connects to the primary.</summary>
    /// <remarks>It need not be disposed; the data source need.</remarks>
    public static NpgsqlDataSource ForWriting(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return dataSource is NpgsqlMultiHostDataSource several ? several.WithTargetSession(TargetSessionAttributes.Primary) : dataSource;
    }

    /// <summary>The same data source, or of one with several servers that part which connects to a standby, or to the primary where there is none.</summary>
    /// <remarks>It need not be disposed; the data source need.</remarks>
    public static NpgsqlDataSource ForQuestions(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return dataSource is NpgsqlMultiHostDataSource several ? several.WithTargetSession(TargetSessionAttributes.PreferStandby) : dataSource;
    }

    /// <summary>Whether a connection string asks for a standby, which only answers questions.</summary>
    public static bool AsksForStandby(string connectionString) =>
        AsksForStandby(new NpgsqlConnectionStringBuilder(connectionString));

    /// <summary>What is wrong with the servers that a connection string of standbys selects, or null.</summary>
    internal static string? FaultOfReplicas(NpgsqlConnectionStringBuilder parts) =>
        parts.TargetSessionAttributes?.ToUpperInvariant() is "PRIMARY" or "READ-WRITE"
            ? $"'{TargetSession}' is '{parts.TargetSessionAttributes}', but standbys are asked for. Use 'prefer-standby', or remove it."
            : null;

    /// <summary>What is wrong with the servers that a connection string selects, or null.</summary>
    internal static string? FaultOf(NpgsqlConnectionStringBuilder parts) =>
        AsksForStandby(parts)
            ? $"'{TargetSession}' is '{parts.TargetSessionAttributes}', but Ledger writes, and a standby is read-only. Use 'primary', or remove it."
            : null;

    private static bool AsksForStandby(NpgsqlConnectionStringBuilder parts) =>
        parts.TargetSessionAttributes?.ToUpperInvariant() is "STANDBY" or "PREFER-STANDBY" or "READ-ONLY";

    private static NpgsqlMultiHostDataSource BuildMultiHost(NpgsqlConnectionStringBuilder parts, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        // Npgsql takes the attributes per connection, not in the data source; ForWriting and ForQuestions select the server.
        parts.Remove(TargetSession);
        var builder = new NpgsqlDataSourceBuilder(parts.ConnectionString);
        configure?.Invoke(builder);
        return builder.BuildMultiHost();
    }

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder parts) => parts.Host?.Contains(',', StringComparison.Ordinal) == true;
}
