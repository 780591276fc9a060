using System.Net;
using System.Net.Sockets;

namespace Ledger.Conformance;

/// <summary>A port for a server of a test.</summary>
public static class LoopbackPort
{
    // Systems give higher ones to clients, so that one that was free a moment ago may be the other end of a connection: https://www.rfc-editor.org/rfc/rfc6335#section-6
    private const int LastOfServers = 32_767;

    /// <summary>One that no program listens on, and that no client gets meanwhile.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, LastOfServers);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // It has a listener.
            }
        }
    }
}
