namespace Ledger.Postgres.Local;

/// <summary>What came back from the place where a server should be.</summary>
internal enum ServerAnswer
{
    /// <summary>No answer.</summary>
    None,

    /// <summary>The server starts or ends and takes no connection now.</summary>
    NotNow,

    /// <summary>The server runs, but does not have the database.</summary>
    NoDatabase,

    /// <summary>The server runs.</summary>
    Ready,
}
