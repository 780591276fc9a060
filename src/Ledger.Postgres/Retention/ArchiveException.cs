namespace Ledger.Postgres.Retention;

/// <summary>A file is not a complete archive of retention, or cannot be restored into this log. The stream is as it was, or read-only until it is restored.</summary>
public sealed class ArchiveException : Exception
{
    internal ArchiveException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
