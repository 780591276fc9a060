using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>Stands before the server as a pooler does: it reports a process id that is not the server's, and may lose prepared statements.</summary>
/// <remarks>The messages: https://www.postgresql.org/docs/current/protocol-message-formats.html</remarks>
internal sealed class Pooler : IAsyncDisposable
{
    private const byte BackendKeyData = (byte)'K';
    private const byte ReadyForQuery = (byte)'Z';
    private const byte Bind = (byte)'B';

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly bool _losesStatements;
    private readonly Task _accepting;

    public Pooler(string connectionString, bool losesStatements)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _losesStatements = losesStatements;
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            ApplicationName = "pooled",
        }.ConnectionString;
        _accepting = Task.Run(AcceptAsync);
    }

    public string ConnectionString { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                relays.Add(RelayAsync(client));
            }
        }
        finally
        {
            await Task.WhenAll(relays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        var host = _server.Host!;
        using var socket = host.StartsWith('/')
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(
            host.StartsWith('/') ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{_server.Port}") : new DnsEndPoint(host, _server.Port), _stop.Token);
        await using var server = new NetworkStream(socket);
        var asking = AskAsync(client.GetStream(), server);
        var answering = AnswerAsync(server, client.GetStream());
        await Task.WhenAny(asking, answering);
        client.Close();
        socket.Close();
        await Task.WhenAll(asking, answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Relays what the client asks; a statement that it prepared is another to the server.</summary>
    private async Task AskAsync(NetworkStream client, NetworkStream server)
    {
        await RelayMessageAsync(client, server, head: 4, (_, _) => { });
        while (_losesStatements)
        {
            await RelayMessageAsync(client, server, head: 5, (kind, body) =>
            {
                // The name of the portal, which is empty, and that of the statement: "_p1" becomes "_x1".
                if (kind == Bind && body[0] == 0 && body[1] == (byte)'_')
                {
                    body[2] = (byte)'x';
                }
            });
        }

        await client.CopyToAsync(server, _stop.Token);
    }

    /// <summary>Relays the answers, with another process in those to the start of a session.</summary>
    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        byte last = 0;
        while (last != ReadyForQuery)
        {
            await RelayMessageAsync(server, client, head: 5, (kind, body) =>
            {
                last = kind;
                if (kind == BackendKeyData)
                {
                    BinaryPrimitives.WriteInt32BigEndian(body, int.MaxValue);
                }
            });
        }

        await server.CopyToAsync(client, _stop.Token);
    }

    /// <summary>Relays a message of a kind, which the first one has not, a length with itself, and a body.</summary>
    private async Task RelayMessageAsync(NetworkStream from, NetworkStream to, int head, Action<byte, byte[]> change)
    {
        var start = new byte[head];
        await from.ReadExactlyAsync(start, _stop.Token);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(head - 4)) - 4];
        await from.ReadExactlyAsync(body, _stop.Token);
        change(start[0], body);
        await to.WriteAsync((byte[])[.. start, .. body], _stop.Token);
    }
}
