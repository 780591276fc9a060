using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    /// <summary>Does nothing when the log can number new events; two cheap queries.</summary>
    /// <remarks><see cref="AutoMigrate.AtStart"/> calls it when an application starts.</remarks>
    /// <exception cref="LogNumbersException">The sequence is behind the events, so that appends would fail.</exception>
    public async Task EnsureNumbersAsync(CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        if (!_isDivided)
        {
            await EnsureAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await WithEachTenantAsync(connection, EnsureAsync, cancellationToken).ConfigureAwait(false);

        async Task EnsureAsync(CancellationToken token) =>
            (await LogNumbers.ReadAsync(connection, _options, token).ConfigureAwait(false)).ThrowIfSequenceIsBehind();
    }

    /// <summary>Repairs the numbers of the log after a restore or a copy: moves a sequence that is behind the events to the newest event.</summary>
    /// <remarks>
    /// It waits up to ten seconds for transactions that hold numbers, and no transaction can draw one in the meantime. The sequence never goes back. The role
    /// must own the tables.
    /// </remarks>
    /// <param name="progress">How to treat progress that is beyond the end of the log.</param>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    /// <returns>The inconsistencies that were repaired. <see cref="AssertAsync"/> names the remaining ones.</returns>
    public async Task<IReadOnlyList<SchemaDifference>> RepairNumbersAsync(
        ProgressRepair progress = ProgressRepair.Keep,
        CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await LockedAsync(connection, PatientLocks.Patience, token => RepairAsync(connection, progress, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<SchemaDifference>> RepairAsync(NpgsqlConnection connection, ProgressRepair progress, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, SqlText.Load("LockLogNumbers", _options.Schemas), cancellationToken).ConfigureAwait(false);
        var before = await ReadFaultsOfAllAsync(connection, cancellationToken).ConfigureAwait(false);
        await ForceAsync(connection, "no force", cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, SqlText.Load("RaiseSequence", _options.Schemas), cancellationToken).ConfigureAwait(false);
        await ForceAsync(connection, "force", cancellationToken).ConfigureAwait(false);
        if (progress == ProgressRepair.Reset)
        {
            // Streams and shards of two tenants have the same names.
            await WithEachTenantAsync(
                connection, token => ExecuteAsync(connection, SqlText.Load("ResetProgress", _options.Schemas), token), cancellationToken).ConfigureAwait(false);
        }

        var after = await ReadFaultsOfAllAsync(connection, cancellationToken).ConfigureAwait(false);
        return [.. before.Except(after)];
    }

    /// <summary>The inconsistencies between the sequence, the events and the progress of readers.</summary>
    /// <remarks>None where the tables are missing or the role may not read them: the other comparisons name the former.</remarks>
    internal async Task<IReadOnlyList<SchemaDifference>> FindNumberFaultsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!_isDivided)
        {
            return await ReadNumberFaultsAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await ReadFaultsOfAllAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<SchemaDifference>> ReadFaultsOfAllAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var faults = new List<SchemaDifference>();
        await WithEachTenantAsync(
            connection,
            async token => faults.AddRange(await ReadNumberFaultsAsync(connection, token).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        return [.. faults.DistinctBy(fault => fault.Subject)];
    }

    // A session sees the events of one tenant, so that the owner of many works with one after another, in the transaction of the caller. A role that does not own
    // the tables works with the tenant of its connection.
    private async Task WithEachTenantAsync(NpgsqlConnection connection, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (!_isDivided)
        {
            await work(cancellationToken).ConfigureAwait(false);
            return;
        }

        var own = (await TenancyGuard.ReadAsync(connection, _options.Schemas, cancellationToken).ConfigureAwait(false)).Tenant;
        await ExecuteAsync(connection, SqlText.Load("use_tenant"), cancellationToken, "").ConfigureAwait(false);
        var tenants = await ReadRowsAsync(connection, "ListTenants", reader => reader.GetString(0), cancellationToken).ConfigureAwait(false);
        foreach (var tenant in tenants.Count == 0 && own is not null ? [own] : tenants)
        {
            await ExecuteAsync(connection, SqlText.Load("use_tenant"), cancellationToken, tenant).ConfigureAwait(false);
            await work(cancellationToken).ConfigureAwait(false);
        }

        await ExecuteAsync(connection, SqlText.Load("use_tenant"), cancellationToken, own ?? "").ConfigureAwait(false);
    }

    // Of all tenants for the rest of the transaction, or of one again.
    private Task ForceAsync(NpgsqlConnection connection, string force, CancellationToken cancellationToken) => _isDivided
        ? ExecuteAsync(connection, _options.Schemas.Fill(SqlText.Load("ConjoinedForce").Replace("{force}", force, StringComparison.Ordinal)), cancellationToken)
        : Task.CompletedTask;

    private async Task<IReadOnlyList<SchemaDifference>> ReadNumberFaultsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("LogNumberFaults", _options.Schemas), connection)
        {
            CommandTimeout = _options.CommandTimeoutSeconds,
        };
        await using var _ = command.ConfigureAwait(false);
        var faults = new List<SchemaDifference>();
        try
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var (name, reached, number) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
                faults.Add(name.Length == 0
                    ? new SchemaDifference(DifferenceKind.SequenceBehind, $"sequence '{_options.EventSchema}.mt_events_sequence'", $"{reached}", $"{number}")
                    : new SchemaDifference(DifferenceKind.ProgressBeyond, $"progress of '{name}'", $"{number}", $"{reached}"));
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
            or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            // There is nothing to compare, or the role may not compare it.
        }

        return faults;
    }
}
