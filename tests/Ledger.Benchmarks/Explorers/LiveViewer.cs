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
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            Note(buffer.AsSpan(0, count));
        }
    }

    public void Dispose() => _connection.Dispose();

    // Messages begin with their id, which is the length of the run; one that is cut in two is noted with the next.
    private void Note(ReadOnlySpan<byte> bytes)
    {
        var last = bytes.LastIndexOf("id: "u8);
        if (last < 0)
        {
            return;
        }

        var length = 0L;
        foreach (var digit in bytes[(last + 4)..])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                Seen = Math.Max(Seen, length);
                return;
            }

            length = (length * 10) + digit - '0';
        }
    }
}
