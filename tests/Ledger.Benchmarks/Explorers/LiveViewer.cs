using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Ledger.Benchmarks.Explorers;

/// <summary>A browser that follows a run: a connection on which server-sent events arrive.</summary>
internal sealed class LiveViewer : IDisposable
{
    private readonly TcpClient _connection = new();

    /// <summary>The length of the run in the last message that arrived.</summary>
    public long Seen { get; private set; }

    public async Task RunAsync(Uri address, string path, CancellationToken cancellationToken)
    {
        await _connection.ConnectAsync(address.Host, address.Port, cancellationToken);
        var stream = _connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            // A message begins with its id, which is the length of the run.
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                Seen = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            }
        }
    }

    public void Dispose() => _connection.Dispose();
}
