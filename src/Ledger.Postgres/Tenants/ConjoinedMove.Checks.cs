using Ledger.Postgres.Connecting;
using Ledger.Postgres.Schema;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <content>What is in the way of a move: asked before anything is changed.</content>
internal sealed partial class ConjoinedMove
{
    // A leaf has the number of its event, and that number is taken there.
    private async Task CheckSealAsync(NpgsqlConnection from, CancellationToken cancellationToken)
    {
        if (target.IsConjoined && await IsSealedAsync(from, cancellationToken).ConfigureAwait(false))
        {
            throw new TenantMoveException(
                $"The log of tenant '{source.Tenant}' is sealed, with the numbers of its events, which would be others in '{target.Place}'. A sealed log can leave a schema of many for a database of its own, but not come into one. "
                + "Nothing was changed.");
        }
    }

    private async Task CheckTargetAsync(NpgsqlConnection to, bool hasRows, CancellationToken cancellationToken)
    {
        if (hasRows)
        {
            throw new TenantMoveException($"The log of '{target.Tenant}' at '{target.Place}' already has rows. Nothing was changed. Name an empty one.");
        }

        // It would refuse what is appended after the move.
        foreach (var sql in new[] { "tenant_moving", "tenant_is_moved" })
        {
            if (await ReadAsync(to, Load(sql, _there), row => row.GetString(0), cancellationToken).ConfigureAwait(false) is [var place, ..])
            {
                throw new TenantMoveException($"The log of '{target.Tenant}' has left '{target.Place}' ({place}), which refuses its writes since. Nothing was changed. Delete it there first, or name an empty one.");
            }
        }
    }

    private async Task<List<Pair>> PairsAsync(NpgsqlConnection from, NpgsqlConnection to, CancellationToken cancellationToken)
    {
        var there = (await PartsAsync(to, _there, cancellationToken).ConfigureAwait(false)).ToDictionary(table => table.Purpose, StringComparer.Ordinal);
        var pairs = new List<Pair>();
        foreach (var table in await PartsAsync(from, _here, cancellationToken).ConfigureAwait(false))
        {
            if (!there.TryGetValue(table.Purpose, out var same))
            {
                throw new TenantMoveException($"'{target.Place}' lacks the table {table.Quoted}, which '{source.Place}' has. Nothing was changed. Start the application on it once, or create the table.");
            }

            pairs.Add(same.Columns.Split(", ").Order(StringComparer.Ordinal).SequenceEqual(table.Columns.Split(", ").Order(StringComparer.Ordinal))
                ? new Pair(table, same)
                : throw new TenantMoveException($"The table {table.Quoted} has other columns in '{target.Place}' than in '{source.Place}'. Nothing was changed. Migrate both first."));
        }

        return pairs;
    }

    // The target as the map will name it.
    private async Task EnsureTargetAsync(CancellationToken cancellationToken)
    {
        var pool = PoolOf(target.ConnectionString);
        await using var _ = pool.ConfigureAwait(false);
        var migrator = new LedgerMigrator(pool, _there);
        if (target.IsConjoined)
        {
            await migrator.EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await migrator.ApplyAsync(cancellationToken).ConfigureAwait(false);
        }

        var connection = await Connections.OpenPatientlyAsync(PostgresDataSources.ForWriting(pool), _there, cancellationToken).ConfigureAwait(false);
        await using var __ = connection.ConfigureAwait(false);
        var found = await TenancyGuard.ReadAsync(connection, _there.Schemas, cancellationToken).ConfigureAwait(false);
        if (found.IsConjoined != target.IsConjoined)
        {
            throw new TenantMoveException(found.IsConjoined
                ? $"The schema in '{target.Place}' has the logs of many tenants. Name a database of its own, or the tenant with 'Options=-c ledger.tenant=NAME'. Nothing was changed."
                : $"The schema in '{target.Place}' does not have the logs of many tenants. Nothing was changed.");
        }

        if (target.IsConjoined && TenantSetting.Of(target.ConnectionString) != target.Tenant)
        {
            throw new TenantMoveException($"The connection to '{target.Place}' is not that of tenant '{target.Tenant}'. Nothing was changed.");
        }

        if (!(await ReadAsync(connection, Load("tenant_can_write", _there), row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0])
        {
            throw new TenantMoveException($"The role of the new connection string may not write to the log in '{target.Place}'. Nothing was changed. Grant it Ledger's role of an application.");
        }
    }
}
