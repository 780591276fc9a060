using System.Runtime.CompilerServices;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Refuses connections on which a store would see more or less than its log: once for each data source and schema, on the first connection.</summary>
/// <remarks>Row-level security does not hold for a superuser, and a store of one log that opened a schema of many would mix those of all. Safe for concurrent use.</remarks>
internal static class TenancyGuard
{
    private static readonly ConditionalWeakTable<NpgsqlDataSource, Uses> Known = [];

    /// <summary>Notes how a data source is going to be used; nothing is asked yet.</summary>
    public static void Note(NpgsqlDataSource dataSource, SchemaNames schemas) => Known.GetValue(dataSource, static _ => new Uses()).Note(schemas);

    /// <summary>The same, and returns the data source.</summary>
    public static NpgsqlDataSource Noted(NpgsqlDataSource dataSource, PostgresOptions? options)
    {
        Note(dataSource, (options ?? new PostgresOptions()).Schemas);
        return dataSource;
    }

    /// <summary>Refuses what was not made for the logs of many tenants.</summary>
    public static void Refuse(PostgresOptions options, string what)
    {
        if (options.Tenancy == Tenancy.Conjoined)
        {
            throw TenancyException.NotYet(what);
        }
    }

    /// <summary>Checks a connection of a data source for the uses that were noted since the last check.</summary>
    /// <exception cref="TenancyException">It must not be used so.</exception>
    public static ValueTask CheckAsync(NpgsqlDataSource dataSource, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        Known.TryGetValue(dataSource, out var uses) ? CheckAsync(uses, connection, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Whether the next connection of a data source is to be checked.</summary>
    public static bool IsToCheck(NpgsqlDataSource dataSource) => Known.TryGetValue(dataSource, out var uses) && uses.Unchecked.Length > 0;

    private static async ValueTask CheckAsync(Uses uses, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var schemas in uses.Unchecked)
        {
            if (await ReadAsync(connection, schemas, cancellationToken).ConfigureAwait(false) is not { HasLog: true } found)
            {
                // The schema is not there yet, and may become either.
                continue;
            }

            if (FaultOf(schemas, found) is { } fault)
            {
                throw new TenancyException(fault);
            }

            uses.Checked(schemas);
        }
    }

    /// <summary>What a connection finds.</summary>
    public static async Task<Finding> ReadAsync(NpgsqlConnection connection, SchemaNames schemas, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenancy"), connection)
        {
            Parameters = { new() { Value = schemas.Events }, new() { Value = schemas.Ledger } },
        };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new Finding(
            reader.GetBoolean(0), reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3));
    }

    /// <summary>Why a role must not work on a schema of many tenants.</summary>
    public static string FaultOfRole(string role) =>
        $"The role '{role}' is not held to row-level security, because it is a superuser or has BYPASSRLS, and would see the logs of all tenants. "
        + "Connect as a role that is neither, such as one made by 'create role app login'.";

    private static string? FaultOf(SchemaNames schemas, Finding found) => (schemas.Tenancy, found.IsConjoined) switch
    {
        (Tenancy.Single, true) =>
            $"The schema '{schemas.Ledger}' has the logs of many tenants. Name one: with '--tenant', or in a program by TenantLedgers on ConjoinedTenants.",
        (Tenancy.Single, false) => null,
        (_, false) => $"The schema '{schemas.Ledger}' has one log, which is not divided by tenants. 'ledger migrate apply --tenancy conjoined' makes another that is.",
        _ when found.BypassingRole is { } role => FaultOfRole(role),
        _ when found.Tenant is null => "The connection has no tenant: make it by TenantLedgers on ConjoinedTenants, or with 'Options=-c ledger.tenant=NAME'. "
            + "A pooler between the program and the server may have left it out.",
        _ => null,
    };

    /// <summary>What a connection finds.</summary>
    /// <param name="HasLog">Whether the schemas have the tables of events.</param>
    /// <param name="IsConjoined">Whether these have the logs of many tenants.</param>
    /// <param name="BypassingRole">The role of the session, if row-level security does not hold for it.</param>
    /// <param name="Tenant">The tenant of the session.</param>
    internal sealed record Finding(bool HasLog, bool IsConjoined, string? BypassingRole, string? Tenant);

    private sealed class Uses
    {
        private readonly HashSet<SchemaNames> _known = [];
        private volatile SchemaNames[] _unchecked = [];

        public SchemaNames[] Unchecked => _unchecked;

        public void Note(SchemaNames schemas)
        {
            lock (_known)
            {
                if (_known.Add(schemas))
                {
                    // The newest first: a refusal is about what was just begun.
                    _unchecked = [schemas, .. _unchecked];
                }
            }
        }

        public void Checked(SchemaNames schemas)
        {
            lock (_known)
            {
                _unchecked = [.. _unchecked.Where(other => other != schemas)];
            }
        }
    }
}
