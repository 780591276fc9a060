using System.Data;
using System.Threading.Channels;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Seal.Sealing;
using Npgsql;

namespace Ledger.Seal.Auditing;

/// <summary>The log and its seal as of one moment, on up to three connections that read side by side.</summary>
/// <remarks>
/// A masking, a removal, a restoration or a compaction changes events, leaves and what is said about them in one transaction. An audit that read them at two moments would
/// take the half of one for a forgery, or a forgery for the half of one. The first connection exports its snapshot; others come as the pool has room, so that a small pool
/// makes an audit slower and never stops it.
/// </remarks>
internal sealed class AuditSnapshot : IAsyncDisposable
{
    private const int MostFurther = 2;

    // They are kept until the audit ends: of a small pool the rest of the program needs them more.
    private const int PoolForEach = 8;

    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;
    private readonly CancellationTokenSource _ended;
    private readonly Channel<NpgsqlConnection> _free = Channel.CreateUnbounded<NpgsqlConnection>();
    private Task<int> _further = Task.FromResult(0);

    private AuditSnapshot(NpgsqlDataSource dataSource, PostgresOptions options, CancellationToken cancellationToken)
    {
        (_dataSource, _options) = (dataSource, options);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Takes the moment.</summary>
    public static async Task<AuditSnapshot> TakeAsync(NpgsqlDataSource dataSource, PostgresOptions options, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(dataSource, options, cancellationToken).ConfigureAwait(false);
        try
        {
            await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, "audit_settings", options, cancellationToken).ConfigureAwait(false);
            var id = await ExecuteAsync(connection, "audit_export", options, cancellationToken).ConfigureAwait(false);
            var snapshot = new AuditSnapshot(dataSource, options, cancellationToken);
            snapshot._free.Writer.TryWrite(connection);
            snapshot._further = snapshot.OpenFurtherAsync((string)id!, snapshot._ended.Token);
            return snapshot;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads on one of the connections, which is waited for.</summary>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        var connection = await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await use(connection, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Writer.TryWrite(connection);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        for (var open = 1 + await _further.ConfigureAwait(false); open > 0; open--)
        {
            await (await _free.Reader.ReadAsync().ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }

        // Pages that were to be read when the audit failed.
        _free.Writer.Complete();
        _ended.Dispose();
    }

    private async Task<int> OpenFurtherAsync(string id, CancellationToken cancellationToken)
    {
        var (opened, most) = (0, Math.Min(MostFurther, (DataSourceRules.PoolSizeOf(_dataSource) ?? int.MaxValue) / PoolForEach));
        for (; opened < most; opened++)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = await Connections.OpenAsync(_dataSource, cancellationToken).ConfigureAwait(false);
                await BeginAsync(connection, cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, "audit_snapshot", _options, cancellationToken, id).ConfigureAwait(false);
                await ExecuteAsync(connection, "audit_settings", _options, cancellationToken).ConfigureAwait(false);
                _free.Writer.TryWrite(connection);
            }
            catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException or TimeoutException)
            {
                // The pool is full, or the audit has ended: what there is does it.
                if (connection is not null)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }

                break;
            }
        }

        return opened;
    }

    // The transaction ends with the connection, which nothing was written on.
    private static async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);

    private static async Task<object?> ExecuteAsync(
        NpgsqlConnection connection, string sql, PostgresOptions options, CancellationToken cancellationToken, string snapshot = "")
    {
        var text = SealSql.Load(sql, options.Schemas).Replace("{snapshot}", snapshot, StringComparison.Ordinal);
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}
