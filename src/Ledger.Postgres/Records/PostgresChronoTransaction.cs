using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Records;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Records;

/// <summary>A record store under the lock of its stream, in a transaction.</summary>
internal sealed class PostgresChronoTransaction(
    NpgsqlConnection connection,
    NpgsqlTransaction transaction,
    StreamName stream,
    AppendStatements statements,
    PostgresOptions options,
    CancellationToken cancellationToken) : IChronoTransaction
{
    private const NpgsqlDbType Bytes = NpgsqlDbType.Array | NpgsqlDbType.Bytea;

    public ChronoPlace Place { get; private set; }

    /// <summary>Whether there is something to commit.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Whether events were appended.</summary>
    public bool HasAppended { get; private set; }

    public async Task BeginAsync()
    {
        var places = await Command("chrono_lock").WithText(stream.Value)
            .ReadAllAsync(r => r.ReadPlace(), cancellationToken).ConfigureAwait(false);
        Place = places[0];
    }

    public async Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys) => keys.Count == 0
        ? []
        : await Command("chrono_find_rows").WithText(stream.Value).With<byte[][]>([.. keys], Bytes)
            .ReadAllAsync(r => r.ReadRow()!, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count) =>
        await Command("chrono_read_rows").WithPage(stream, afterOrdinal, count, RowFilter.None)
            .ReadAllAsync(r => r.ReadRow()!, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count) =>
        await Command("chrono_events").WithText(stream.Value)
            .With(from, NpgsqlDbType.Bigint).With(long.MaxValue, NpgsqlDbType.Bigint).With(count, NpgsqlDbType.Integer)
            .ReadAllAsync(r => r.ReadEvent(stream, options.Registry), cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids) =>
        await Command("chrono_find_events").WithText(stream.Value).With<Guid[]>([.. ids], NpgsqlDbType.Array | NpgsqlDbType.Uuid)
            .ReadAllAsync(r => r.ReadEvent(stream, options.Registry), cancellationToken).ConfigureAwait(false);

    public async Task<bool> WriteAsync(ChronoBatch batch)
    {
        HasWritten = true;
        if (batch.Events.Count == 0)
        {
            var rows = Command("chrono_rows");
            ChronoParameters.AddWrite(rows.Parameters, stream.Value, batch);
            await rows.ReadAllAsync(_ => true, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            HasAppended = true;
            var outcome = await ChronoAppend.RunAsync(
                connection, transaction, stream, batch, statements, options, cancellationToken).ConfigureAwait(false);
            if (outcome is "already_written" or "id_in_use")
            {
                HasWritten = false;
                return false;
            }

            ChronoAppend.ThrowIfRefused(stream, batch, outcome);
        }

        Place = batch.After with { ArchivedTo = Place.ArchivedTo };
        return true;
    }

    public async Task<long> ArchiveAsync(long to, CompactedHistory history)
    {
        try
        {
            var command = Command("chrono_archive").WithText(stream.Value)
                .With(to, NpgsqlDbType.Bigint).With(history == CompactedHistory.Delete, NpgsqlDbType.Boolean);
            var moved = await command.ReadAllAsync(r => r.GetInt64(0), cancellationToken).ConfigureAwait(false);
            Place = Place with { ArchivedTo = to };
            HasWritten = true;
            return moved[0];
        }
        catch (PostgresException fault) when (fault.SqlState == LedgerErrorCodes.ChronoShared)
        {
            throw new ChronoSharedException(stream);
        }
    }

    public async Task ClearRowsAsync()
    {
        HasWritten = true;
        await Command("chrono_clear").WithText(stream.Value).ReadAllAsync(_ => true, cancellationToken).ConfigureAwait(false);
        Place = Place.IsRewritten ? Place with { Version = -1 - Place.Version } : Place;
    }

    private NpgsqlCommand Command(string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection, transaction) { CommandTimeout = options.CommandTimeoutSeconds };
}
