namespace Ledger.Testing;

/// <summary>The source of a test's PostgreSQL server.</summary>
public enum TestServer
{
    /// <summary>The server that the environment variable <c>LEDGER_POSTGRES</c> names, else an own server, else one in a container (package Ledger.Testing.Containers).</summary>
    NamedOrOwn,

    /// <summary>Always an own server, created with the server programs of this machine; it can be killed and restarted.</summary>
    Own,
}
