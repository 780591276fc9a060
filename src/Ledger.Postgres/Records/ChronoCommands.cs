using Ledger.Postgres.Log;
using Ledger.Records;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Records;

/// <summary>The statements on a record store in a transaction that has the lock of its stream.</summary>
/// <param name="connection">The transaction's connection.</param>
/// <param name="transaction">The transaction, or null for the connection's current one.</param>
/// <param name="stream">The stream.</param>
/// <param name="options">The options.</param>
/// <param name="cancellationToken">Stops waiting.</param>
internal sealed class ChronoCommands(
    NpgsqlConnection connection,
    NpgsqlTransaction? transaction,
    StreamName stream,
    PostgresOptions options,
    CancellationToken cancellationToken)
{
    private const NpgsqlDbType Bytes = NpgsqlDbType.Array | NpgsqlDbType.Bytea;

    /// <summary>Locks the stream, which is created if it is missing, and returns the place of the store.</summary>
    public async Task<ChronoPlace> LockAsync() => (await ReadAsync(Command("chrono_lock").WithText(stream.Value), r => r.ReadPlace()).ConfigureAwait(false))[0];

    /// <summary>The place of the store.</summary>
    public async Task<ChronoPlace> GetPlaceAsync() =>
        (await ReadAsync(Command("chrono_place").WithText(stream.Value), r => r.ReadPlace()).ConfigureAwait(false))[0];

    public async Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys) => keys.Count == 0
        ? []
        : await ReadAsync(Command("chrono_find_rows").WithText(stream.Value).With<byte[][]>([.. keys], Bytes), r => r.ReadRow()!)
            .ConfigureAwait(false);

    public async Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count) =>
        await ReadAsync(Command("chrono_read_rows").WithPage(stream, afterOrdinal, count, RowFilter.None), r => r.ReadRow()!).ConfigureAwait(false);

    public async Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count) => await ReadAsync(
        Command("chrono_events").WithText(stream.Value)
            .With(from, NpgsqlDbType.Bigint).With(long.MaxValue, NpgsqlDbType.Bigint).With(count, NpgsqlDbType.Integer),
        r => r.ReadEvent(stream, options.Registry)).ConfigureAwait(false);

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids) => await ReadAsync(
        Command("chrono_find_events").WithText(stream.Value).With<Guid[]>([.. ids], NpgsqlDbType.Array | NpgsqlDbType.Uuid),
        r => r.ReadEvent(stream, options.Registry)).ConfigureAwait(false);

    public async Task<(Guid Id, StreamName Holder)?> FindElsewhereAsync(IReadOnlyCollection<Guid> ids)
    {
        var found = await ReadAsync(
            Command("chrono_find_elsewhere").WithText(stream.Value).With<Guid[]>([.. ids], NpgsqlDbType.Array | NpgsqlDbType.Uuid),
            r => (r.GetGuid(0), new StreamName(r.GetString(1)))).ConfigureAwait(false);
        return found is [var first, ..] ? first : null;
    }

    /// <summary>Writes the rows of a batch, whose events are in the log.</summary>
    public async Task WriteRowsAsync(ChronoBatch batch)
    {
        var rows = Command("chrono_rows");
        ChronoParameters.AddWrite(rows.Parameters, stream.Value, batch);
        await ReadAsync(rows, _ => true).ConfigureAwait(false);
    }

    /// <exception cref="ChronoSharedException">A branch shares events of the stream.</exception>
    public async Task<long> ArchiveAsync(long to, CompactedHistory history)
    {
        try
        {
            var command = Command("chrono_archive").WithText(stream.Value)
                .With(to, NpgsqlDbType.Bigint).With(history == CompactedHistory.Delete, NpgsqlDbType.Boolean);
            return (await ReadAsync(command, r => r.GetInt64(0)).ConfigureAwait(false))[0];
        }
        catch (PostgresException fault) when (fault.SqlState == LedgerErrorCodes.ChronoShared)
        {
            throw new ChronoSharedException(stream);
        }
    }

    public Task ClearRowsAsync() => ReadAsync(Command("chrono_clear").WithText(stream.Value), _ => true);

    private Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read) => command.ReadAllAsync(read, cancellationToken);

    private NpgsqlCommand Command(string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection, transaction) { CommandTimeout = options.CommandTimeoutSeconds };
}
