using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Asks the nodes that run a projection for something, and waits until it is done.</summary>
internal sealed class ProjectionRequest(NpgsqlDataSource dataSource, PostgresOptions options, TimeProvider timeProvider)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const double PatienceSeconds = 10;

    /// <exception cref="RequestFailedException">No node declares the projection, the node is gone, or it could not do it.</exception>
    public async Task RunAsync(
        string projection,
        string action,
        string? argument,
        IProgress<RebuildProgress>? progress,
        CancellationToken cancellationToken)
    {
        var id = await Connections.UseAsync(
            dataSource,
            options,
            async (connection, token) =>
            {
                var make = Command(connection, "make_request").WithText(projection).WithText(action).WithText(argument);
                await using var _ = make.ConfigureAwait(false);
                return (long)(await make.ExecuteScalarAsync(token).ConfigureAwait(false))!;
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            while (!await IsDoneAsync(id, projection, progress, cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await ExecuteAsync("cancel_request", id).ConfigureAwait(false);
            throw;
        }

        await ExecuteAsync("forget_request", id).ConfigureAwait(false);
    }

    private async Task<bool> IsDoneAsync(long id, string projection, IProgress<RebuildProgress>? progress, CancellationToken cancellationToken)
    {
        var (node, isFinished, error, silence) = await ReadAsync(id, progress, cancellationToken).ConfigureAwait(false);
        if (isFinished)
        {
            if (error is null)
            {
                return true;
            }

            await ExecuteAsync("forget_request", id).ConfigureAwait(false);
            throw new RequestFailedException(projection, error);
        }

        if (silence <= PatienceSeconds)
        {
            return false;
        }

        if (node is null)
        {
            // A node may take it at this moment.
            return await ExecuteAsync("forget_request", id).ConfigureAwait(false) == 0 ? false : throw new RequestFailedException(
                projection,
                $"No node that runs declares '{projection}', or the one that does is rebuilding another. Start the application that does, or wait, and ask again; one of Marten is "
                    + "rebuilt by the application itself, with "
                    + "'dotnet run -- projections rebuild'.");
        }

        // It stays: the node may be cut off alone, and a process that begins finishes a rebuild of Marten, which has emptied the documents.
        throw new RequestFailedException(projection, $"Node '{node}' began and is gone. Try again; '--resume' continues a rebuild.");
    }

    private Task<(string? Node, bool IsFinished, string? Error, double Silence)> ReadAsync(
        long id, IProgress<RebuildProgress>? progress, CancellationToken cancellationToken) => Connections.UseAsync(
            dataSource,
            options,
            async (connection, token) =>
            {
                var command = Command(connection, "read_request").With(id, NpgsqlDbType.Bigint);
                await using var _ = command.ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                await using var __ = reader.ConfigureAwait(false);
                await reader.ReadAsync(token).ConfigureAwait(false);
                progress?.Report(new RebuildProgress(reader.GetInt64(1), reader.GetInt64(2)));
                return (
                    reader.IsDBNull(0) ? null : reader.GetString(0),
                    reader.GetBoolean(3),
                    reader.IsDBNull(4) ? null : reader.GetString(4),
                    reader.GetDouble(5));
            },
            cancellationToken);

    // Tried once: who asked has what it wanted, or has gone.
    private Task<int> ExecuteAsync(string sql, long id) => Connections.UseAsync(
        dataSource,
        async (connection, token) =>
        {
            var command = Command(connection, sql).With(id, NpgsqlDbType.Bigint);
            await using var _ = command.ConfigureAwait(false);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        CancellationToken.None);

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
}
