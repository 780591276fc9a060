namespace Ledger.Postgres;

/// <summary>The server is older than the oldest that Ledger works with.</summary>
public sealed class UnsupportedServerException : Exception
{
    /// <summary>States the server's version.</summary>
    public UnsupportedServerException(Version server)
        : base($"The server is PostgreSQL {server}, and Ledger needs {Oldest.Major} or newer. Connect to a newer server.") =>
        Server = server;

    /// <summary>The oldest version that is supported.</summary>
    public static Version Oldest { get; } = new(15, 0);

    /// <summary>The server's version.</summary>
    public Version Server { get; }

    internal static void ThrowIfTooOld(Version server)
    {
        if (server < Oldest)
        {
            throw new UnsupportedServerException(server);
        }
    }
}
