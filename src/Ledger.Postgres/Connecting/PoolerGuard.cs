using Ledger.Postgres.Log.Appending;
using Npgsql;

namespace Ledger.Postgres.Connecting;

/// <summary>Refuses poolers that do with sessions what Ledger cannot work with. It costs nothing where there is no pooler.</summary>
/// <remarks>
/// A pooler reports a process to its clients that is not one of the server. How it pools it does not say, so that it is tried: two clients that are in one session
/// at once share sessions, and a statement that the server knows under another name is kept by the pooler.
/// </remarks>
internal static class PoolerGuard
{
    // Other clients may take the session in between.
    private const int Tries = 10;

    // A pooler by sessions that has no more of them lets a client wait.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private enum Statements
    {
        Kept,
        Lost,
        Unknown,
    }

    /// <summary>Refuses a pooler through which a prepared statement is gone, or is another one of the same name.</summary>
    /// <param name="connection">One through a pooler.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>Whether the pooler keeps the statements, so that each connection needs <see cref="HoldAsync"/>.</returns>
    /// <exception cref="PoolerException">It is one.</exception>
    public static async Task<bool> CheckStatementsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var statements = await FindAsync(connection, cancellationToken).ConfigureAwait(false);
        return statements is Statements.Lost || (statements is Statements.Unknown && await SharesSessionsAsync(connection, cancellationToken).ConfigureAwait(false))
            ? throw PoolerException.WithoutStatements()
            : statements is Statements.Kept;
    }

    /// <summary>Prepares a statement that is never run.</summary>
    /// <remarks>
    /// Npgsql puts DISCARD ALL before the first statement of a connection that was returned to its pool without a prepared statement. A pooler that keeps statements forgets
    /// them when that is answered, also the one that was prepared after it in the same message.
    /// </remarks>
    public static async Task HoldAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("pooled_hold"), connection);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a pooler for what holds a lock of its session, which another client would then have too.</summary>
    /// <exception cref="PoolerException">Its clients share sessions.</exception>
    public static async ValueTask CheckSessionAsync(NpgsqlConnection connection, string what, CancellationToken cancellationToken)
    {
        if (await ProcessAsync(connection, cancellationToken).ConfigureAwait(false) != connection.ProcessID
            && await SharesSessionsAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            throw PoolerException.WithoutSession(what);
        }
    }

    private static async Task<Statements> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("pooled_statement"), connection);
        await using var _ = command.ConfigureAwait(false);
        try
        {
            await HoldAsync(connection, cancellationToken).ConfigureAwait(false);
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var isRenamed = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
            await command.UnprepareAsync(cancellationToken).ConfigureAwait(false);
            return isRenamed ? Statements.Kept : Statements.Unknown;
        }
        catch (PostgresException fault) when (TransientFaults.IsOfPooler(fault))
        {
            return Statements.Lost;
        }
    }

    // Through another connection than those of the pool, which may have no more of them, and to the same one of several servers.
    private static async Task<bool> SharesSessionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Soon);
        try
        {
            var other = connection.CloneWith(SameServer(connection));
            await using var _ = other.ConfigureAwait(false);
            await other.OpenAsync(limit.Token).ConfigureAwait(false);
            for (var i = 0; i < Tries; i++)
            {
                var process = await ProcessAsync(connection, cancellationToken).ConfigureAwait(false);
                if (await ProcessAsync(other, limit.Token).ConfigureAwait(false) == process)
                {
                    return true;
                }
            }
        }
        catch (PostgresException fault) when (TransientFaults.IsOfPooler(fault))
        {
            // Npgsql had prepared the question, in a session that is another client's now.
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // There is no further session, or no further client is let in: that says nothing, and what the program asked for has its connection.
        }

        return false;
    }

    private static string SameServer(NpgsqlConnection connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = connection.Host, Port = connection.Port, Pooling = false, Enlist = false, MaxAutoPrepare = 0 };
        parts.Remove("Target Session Attributes");
        return parts.ConnectionString;
    }

    private static async Task<int> ProcessAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("session_process"), connection);
        await using var _ = command.ConfigureAwait(false);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
