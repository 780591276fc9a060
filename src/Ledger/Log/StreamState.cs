namespace Ledger.Log;

/// <summary>Whether a stream takes further events.</summary>
public enum StreamState
{
    /// <summary>The stream accepts further events.</summary>
    Open,

    /// <summary>The stream is read-only; it stays readable, also as the prefix of branches.</summary>
    Archived,
}
