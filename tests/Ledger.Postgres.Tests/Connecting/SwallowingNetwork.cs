using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>A network path to the server on which, from some moment on, every packet is silently lost.</summary>
internal sealed class SwallowingNetwork : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Task _accepting;
    private readonly TaskCompletionSource _swallowed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDead;

    public SwallowingNetwork(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
        _accepting = Task.Run(AcceptAsync);
    }

    public string ConnectionString { get; }

    /// <summary>Completes when a packet was lost.</summary>
    public Task Swallowed => _swallowed.Task;

    public void Die() => _isDead = true;

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
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
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
        var (asking, answering) = (PumpAsync(client.GetStream(), server), PumpAsync(server, client.GetStream()));
        await Task.WhenAny(asking, answering);
        client.Close();
        socket.Close();
        await Task.WhenAll(asking, answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var read)
        {
            if (_isDead)
            {
                _swallowed.TrySetResult();
            }
            else
            {
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }

        // An end that is not told of is no end.
        if (_isDead)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
        }
    }
}
