namespace Ledger.Testing;

/// <summary>Where a test's PostgreSQL comes from.</summary>
public enum TestServer
{
    /// <summary>The server that the environment variable <c>LEDGER_POSTGRES</c> names, else one of one's own, else one in a container.</summary>
    NamedOrOwn,

    /// <summary>Always one of one's own, made with the server programs of this machine; it can be killed and restarted.</summary>
    Own,
}
