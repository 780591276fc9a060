using System.Runtime.CompilerServices;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>Refuses connections on which a store would see more or less than its log: once for each data source and schema, on the first connection.</summary>
/// <remarks>Row-level security does not hold for a superuser, and a store of one log that opened a schema of many would mix those of all. Safe for concurrent use.</remarks>
internal static class TenancyGuard
{
    private static readonly ConditionalWeakTable<NpgsqlDataSource, Uses> Known = [];
    private static readonly ConditionalWeakTable<NpgsqlConnection, object> Own = [];

    /// <summary>Notes how a data source is going to be used; nothing is asked yet.</summary>
    public static void Note(NpgsqlDataSource dataSource, SchemaNames schemas) => Known.GetValue(dataSource, static _ => new Uses()).Note(schemas);

    /// <summary>The same, and returns the data source.</summary>
    public static NpgsqlDataSource Noted(NpgsqlDataSource dataSource, PostgresOptions? options)
    {
        Note(dataSource, (options ?? new PostgresOptions()).Schemas);
        return dataSource;
    }

    /// <summary>Notes what a connection of a data source has shown already, so that it is not asked again.</summary>
    public static void NoteFound(NpgsqlDataSource dataSource, SchemaNames schemas, Finding found)
    {
        if (schemas.Tenancy == Tenancy.Single && found is { HasLog: true, IsConjoined: false, IsPooled: false } && Known.TryGetValue(dataSource, out var uses))
        {
            uses.Checked(schemas);
        }
    }

    /// <summary>Refuses what was not made for the logs of many tenants.</summary>
    public static void Refuse(PostgresOptions options, string what)
    {
        if (options.Tenancy == Tenancy.Conjoined)
        {
            throw TenancyException.NotYet(what);
        }
    }

    /// <summary>Refuses standbys whose connections are not for the tenant of a store.</summary>
    public static void CheckSame(PostgresOptions options, NpgsqlDataSource store, NpgsqlDataSource replicas)
    {
        if (options.Tenancy == Tenancy.Conjoined && TenantSetting.Of(replicas.ConnectionString) != TenantSetting.Of(store.ConnectionString))
        {
            throw new TenancyException(
                $"The connections to the standbys are not those of tenant '{TenantSetting.Of(store.ConnectionString)}'. Give them the same 'Options' as those of the store, as TenantLedgers does.");
        }
    }

    /// <summary>Checks a connection of the caller, once, for a store of many tenants: it must be for the tenant of the store, if that has one.</summary>
    /// <exception cref="TenancyException">It must not be used so.</exception>
    public static async ValueTask CheckOwnAsync(NpgsqlDataSource store, SchemaNames schemas, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (schemas.Tenancy == Tenancy.Conjoined && !Own.TryGetValue(connection, out _))
        {
            await CheckAsync(schemas, TenantSetting.Of(store.ConnectionString), connection, cancellationToken).ConfigureAwait(false);
            Own.AddOrUpdate(connection, schemas);
        }
    }

    /// <summary>Checks a connection of a data source for the uses that were noted since the last check.</summary>
    /// <exception cref="TenancyException">It must not be used so.</exception>
    public static ValueTask CheckAsync(NpgsqlDataSource dataSource, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        Known.TryGetValue(dataSource, out var uses) ? CheckAsync(uses, TenantSetting.Of(dataSource.ConnectionString), connection, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Checks a connection that was just opened for a tenant.</summary>
    /// <exception cref="TenancyException">It must not be used so, or the schema is not there.</exception>
    public static async Task CheckNewAsync(SchemaNames schemas, string tenant, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!(await CheckAsync(schemas, tenant, connection, cancellationToken).ConfigureAwait(false)).HasLog)
        {
            throw NotThere(schemas);
        }
    }

    /// <summary>Checks a further connection of the same data source: whether it is for the tenant, which may have been switched off.</summary>
    /// <exception cref="TenancyException">It must not be used so.</exception>
    public static async Task CheckFurtherAsync(SchemaNames schemas, string tenant, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(connection, schemas, cancellationToken).ConfigureAwait(false);
        if (FaultOf(schemas, found, tenant) is { } fault)
        {
            throw new TenancyException(fault);
        }

        if (!await IsAddedAsync(connection, schemas, tenant, cancellationToken).ConfigureAwait(false))
        {
            throw new TenancyException(NotAdded(tenant));
        }
    }

    /// <summary>Checks a connection that was just opened to read the events of all tenants.</summary>
    /// <exception cref="TenancyException">It would see none, or is not held to row-level security where it names a tenant.</exception>
    public static async Task CheckAllAsync(SchemaNames schemas, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("sees_all_tenants", schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var role = new NpgsqlConnectionStringBuilder(connection.ConnectionString).Username;
        if (!reader.GetBoolean(0))
        {
            throw NotThere(schemas);
        }

        var fault = reader.GetBoolean(1) ? FaultOfRole($"{role}")
            : !reader.GetBoolean(2) ? $"The role '{role}' does not see the events of all tenants, which Marten's daemon reads. 'ledger tenants daemon {role}' or ConjoinedTenants.AllowDaemonAsync lets it."
            : !reader.IsDBNull(3) ? $"The connection of Marten's daemon has the tenant '{reader.GetString(3)}'. Leave it out: the daemon reads the events of all."
            : null;
        if (fault is not null)
        {
            throw new TenancyException(fault);
        }
    }

    /// <summary>Checks a connection that was just opened for all tenants in turn, each of which its session will be set to.</summary>
    /// <exception cref="TenancyException">Row-level security does not hold it, or the session may be another one each time.</exception>
    public static async Task CheckInTurnAsync(SchemaNames schemas, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(connection, schemas, cancellationToken).ConfigureAwait(false);
        if (!found.IsConjoined)
        {
            throw NotThere(schemas);
        }

        var fault = found.BypassingRole is { } role ? FaultOfRole(role)
            : found.IsPooled ? "The daemon of all tenants needs sessions of its own, and its connection goes through a pooler. Connect it to the server itself."
            : await FindFaultsAsync(connection, schemas, cancellationToken).ConfigureAwait(false) is [var first, ..] ? first.Message
            : null;
        if (fault is not null)
        {
            throw new TenancyException(fault);
        }
    }

    /// <summary>That a schema has not the logs of many tenants.</summary>
    public static TenancyException NotThere(SchemaNames schemas) =>
        new($"The schema '{schemas.Ledger}' is not one with the logs of many tenants. 'ledger migrate apply --tenancy conjoined' makes one.");

    /// <summary>Whether the next connection of a data source is to be checked.</summary>
    public static bool IsToCheck(NpgsqlDataSource dataSource) => Known.TryGetValue(dataSource, out var uses) && (uses.Unchecked.Length > 0 || uses.HoldsStatements);

    private static async ValueTask CheckAsync(Uses uses, string? tenant, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var schemas in uses.Unchecked)
        {
            // A schema that is not there yet may become either.
            var found = await CheckAsync(schemas, tenant, connection, cancellationToken).ConfigureAwait(false);
            if (found.IsPooled)
            {
                await uses.CheckPoolerAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            if (found.HasLog)
            {
                uses.Checked(schemas);
            }
        }

        if (uses.HoldsStatements)
        {
            await PoolerGuard.HoldAsync(connection, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<Finding> CheckAsync(SchemaNames schemas, string? tenant, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(connection, schemas, cancellationToken).ConfigureAwait(false);
        if (!found.HasLog)
        {
            return found;
        }

        var fault = FaultOf(schemas, found, tenant);
        if (fault is null && found.IsConjoined)
        {
            fault = await FindFaultsAsync(connection, schemas, cancellationToken).ConfigureAwait(false) is [var first, ..] ? first.Message
                : await IsAddedAsync(connection, schemas, found.Tenant!, cancellationToken).ConfigureAwait(false) ? null
                : NotAdded(found.Tenant!);
        }

        return fault is null ? found : throw new TenancyException(fault);
    }

    /// <summary>What would show a session of a schema of many tenants the rows of others.</summary>
    public static async Task<IReadOnlyList<Fault>> FindFaultsAsync(NpgsqlConnection connection, SchemaNames schemas, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenancy_faults", schemas), connection);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var faults = new List<Fault>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            faults.Add(new Fault(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        }

        return faults;
    }

    private static async Task<bool> IsAddedAsync(NpgsqlConnection connection, SchemaNames schemas, string tenant, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("find_conjoined_tenant", schemas), connection) { Parameters = { new() { Value = tenant } } };
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>What a connection finds.</summary>
    public static async Task<Finding> ReadAsync(NpgsqlConnection connection, SchemaNames schemas, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("tenancy"), connection)
        {
            Parameters = { new() { Value = schemas.Events }, new() { Value = schemas.Ledger }, new() { Value = connection.UserName ?? "" } },
        };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new Finding(
            reader.GetBoolean(0),
            reader.GetBoolean(1),
            reader.IsDBNull(2) ? null : reader.GetString(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.GetInt32(4) != connection.ProcessID,
            reader.GetBoolean(5));
    }

    /// <summary>Why a role must not work on a schema of many tenants.</summary>
    public static string FaultOfRole(string role) =>
        $"The role '{role}' is not held to row-level security, because it is a superuser or has BYPASSRLS, and would see the logs of all tenants. "
        + "Connect as a role that is neither, such as one made by 'create role app login'.";

    private static string NotAdded(string tenant) => $"There is no tenant '{tenant}', or it is switched off. ConjoinedTenants or 'ledger tenants add' adds one.";

    private static string? FaultOf(SchemaNames schemas, Finding found, string? tenant) => (schemas.Tenancy, found.IsConjoined) switch
    {
        (Tenancy.Single, true) =>
            $"The schema '{schemas.Ledger}' has the logs of many tenants. Name one: with '--tenant', or in a program by TenantLedgers on ConjoinedTenants.",
        (Tenancy.Single, false) => null,
        (_, false) => $"The schema '{schemas.Ledger}' has one log, which is not divided by tenants. 'ledger migrate apply --tenancy conjoined' makes another that is.",
        _ when found.BypassingRole is { } role => FaultOfRole(role),
        // Sessions are those of other clients too, who may have set another tenant there.
        _ when found.IsPooled && !found.IsTenantOfRole => "The connection goes through a pooler, which may give each transaction another session, and that one another tenant. "
            + "Connect to the server itself, or give the tenant a role of its own: alter role … set ledger.tenant = '…'.",
        _ when found.Tenant is null => "The connection has no tenant: make it by TenantLedgers on ConjoinedTenants, or with 'Options=-c ledger.tenant=NAME'. "
            + "A pooler between the program and the server may have left it out.",
        _ when tenant is not null && tenant != found.Tenant => $"The connection is that of the tenant '{tenant}', but its session has '{found.Tenant}': "
            + "a pooler between the program and the server does not pass 'options' on, or 'ledger.tenant' was set otherwise.",
        _ => null,
    };

    /// <summary>What a connection finds.</summary>
    /// <param name="HasLog">Whether the schemas have the tables of events.</param>
    /// <param name="IsConjoined">Whether these have the logs of many tenants.</param>
    /// <param name="BypassingRole">The role of the session, if row-level security does not hold for it.</param>
    /// <param name="Tenant">The tenant of the session.</param>
    /// <param name="IsPooled">Whether the session is one of a pooler.</param>
    /// <param name="IsTenantOfRole">Whether every session of the role begins with this tenant, and the role is that of the connection.</param>
    internal sealed record Finding(bool HasLog, bool IsConjoined, string? BypassingRole, string? Tenant, bool IsPooled, bool IsTenantOfRole);

    /// <summary>An object that would show the rows of other tenants.</summary>
    /// <param name="Name">The object, as PostgreSQL names it.</param>
    /// <param name="Owner">Its owner, where that is the fault; null where it is the policy.</param>
    internal sealed record Fault(string Name, string? Owner)
    {
        public string Message => Owner is null
            ? $"The table {Name} would show more than the rows of a tenant: row-level security is not forced, or its policy is another or not alone. 'ledger migrate assert' says which."
            : $"{Name} belongs to the role '{Owner}', as which it would show the logs of all tenants: give everything in the schema to one role that is neither a superuser nor "
                + "has BYPASSRLS, as 'reassign owned' or 'alter … owner to' does.";
    }

    private sealed class Uses
    {
        private readonly HashSet<SchemaNames> _known = [];
        private volatile SchemaNames[] _unchecked = [];
        private Task<bool>? _pooler;

        public SchemaNames[] Unchecked => _unchecked;

        /// <summary>Whether each connection needs a prepared statement.</summary>
        public bool HoldsStatements { get; private set; }

        /// <summary>Looks at the pooler once, for all that open connections at the same time: a second connection each might be more than it allows.</summary>
        public async Task CheckPoolerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            while (true)
            {
                Task<bool> look;
                var isOwn = false;
                lock (_known)
                {
                    if (_pooler is null or { IsFaulted: true } or { IsCanceled: true })
                    {
                        _pooler = PoolerGuard.CheckStatementsAsync(connection, cancellationToken);
                        isOwn = true;
                    }

                    look = _pooler;
                }

                try
                {
                    // A caller who goes does not leave a look that still uses the connection.
                    HoldsStatements = await (isOwn ? look : look.WaitAsync(cancellationToken)).ConfigureAwait(false);
                    return;
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // It was that of a caller who has gone.
                }
            }
        }

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
