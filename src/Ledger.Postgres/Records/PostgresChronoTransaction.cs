using Ledger.Postgres.Log.Appending;
using Ledger.Records;
using Npgsql;

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
    private readonly ChronoCommands _commands = new(connection, transaction, stream, options, cancellationToken);

    public StreamName Stream => stream;

    public ChronoPlace Place { get; private set; }

    /// <summary>Whether there is something to commit.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Whether events were appended.</summary>
    public bool HasAppended { get; private set; }

    public async Task BeginAsync() => Place = await _commands.LockAsync().ConfigureAwait(false);

    public Task<IReadOnlyList<ChronoRow>> FindRowsAsync(IReadOnlyCollection<byte[]> keys) => _commands.FindRowsAsync(keys);

    public Task<IReadOnlyList<ChronoRow>> ReadRowsAsync(long afterOrdinal, int count) => _commands.ReadRowsAsync(afterOrdinal, count);

    public Task<IReadOnlyList<RecordedEvent>> ReadEventsAsync(long from, int count) => _commands.ReadEventsAsync(from, count);

    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids) => _commands.FindEventsAsync(ids);

    public Task<(Guid Id, StreamName Holder)?> FindElsewhereAsync(IReadOnlyCollection<Guid> ids) => _commands.FindElsewhereAsync(ids);

    public async Task<bool> WriteAsync(ChronoBatch batch)
    {
        HasWritten = true;
        if (batch.Events.Count == 0)
        {
            await _commands.WriteRowsAsync(batch).ConfigureAwait(false);
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
        var moved = await _commands.ArchiveAsync(to, history).ConfigureAwait(false);
        Place = Place with { ArchivedTo = to };
        HasWritten = true;
        return moved;
    }

    public async Task ClearRowsAsync()
    {
        HasWritten = true;
        await _commands.ClearRowsAsync().ConfigureAwait(false);
        Place = Place.IsRewritten ? Place with { Version = -1 - Place.Version } : Place;
    }
}
