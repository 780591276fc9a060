namespace Ledger.Postgres;

/// <summary>A pooler between the program and the server gives each transaction another session, and what was asked for needs one of its own. Nothing was read or written.</summary>
public sealed class PoolerException : Exception
{
    private PoolerException(string message)
        : base(message)
    {
    }

    internal static PoolerException WithoutStatements() => new(
        "A pooler before the server gives each transaction another session and does not keep prepared statements, so that a statement could run in the place of another. "
        + "Connect to the server itself, let the pooler keep sessions (pool_mode = session), or set its max_prepared_statements above 0 (PgBouncer 1.21 or newer).");

    internal static PoolerException WithoutSession(string what) => new(
        $"{what} holds a lock of its session, but a pooler before the server gives each transaction another session. Connect to the server itself. Nothing was changed.");
}
