using Microsoft.Extensions.Logging;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Logs once what a node cannot do because of a pooler in front of the server.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class PoolerNotice(ILogger logger)
{
    private int _saidSessions;
    private int _saidStatements;

    /// <summary>The node shares its sessions with others. Not logged in addition to the more serious fault.</summary>
    public void WithoutSessions()
    {
        if (Volatile.Read(ref _saidStatements) == 0 && Interlocked.Exchange(ref _saidSessions, 1) == 0)
        {
            LogMessages.Pooler(logger);
        }
    }

    /// <summary>Statements are gone that were prepared, so that nothing can run.</summary>
    public void WithoutStatements()
    {
        if (Interlocked.Exchange(ref _saidStatements, 1) == 0)
        {
            LogMessages.PoolerWithoutStatements(logger);
        }
    }
}
