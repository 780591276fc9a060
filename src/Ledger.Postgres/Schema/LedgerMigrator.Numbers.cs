using Ledger.Postgres.Log;
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
        (await LogNumbers.ReadAsync(connection, _options, cancellationToken).ConfigureAwait(false)).ThrowIfSequenceIsBehind();
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
        var transaction = await LockAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await ExecuteAsync(connection, SqlText.Load("LockLogNumbers", _options.Schemas), cancellationToken).ConfigureAwait(false);
        var before = await FindNumberFaultsAsync(connection, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, SqlText.Load("RaiseSequence", _options.Schemas), cancellationToken).ConfigureAwait(false);
        if (progress == ProgressRepair.Reset)
        {
            await ExecuteAsync(connection, SqlText.Load("ResetProgress", _options.Schemas), cancellationToken).ConfigureAwait(false);
        }

        var after = await FindNumberFaultsAsync(connection, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return [.. before.Except(after)];
    }

    /// <summary>The inconsistencies between the sequence, the events and the progress of readers.</summary>
    /// <remarks>None where the tables are missing or the role may not read them: the other comparisons name the former.</remarks>
    internal async Task<IReadOnlyList<SchemaDifference>> FindNumberFaultsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
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
