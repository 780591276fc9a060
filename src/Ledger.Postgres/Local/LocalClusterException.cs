namespace Ledger.Postgres.Local;

/// <summary>The private cluster could not be made, started or stopped.</summary>
public sealed class LocalClusterException : Exception
{
    internal LocalClusterException(string folder, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Folder = folder;
    }

    /// <summary>The folder that the failure is about.</summary>
    public string Folder { get; }
}
