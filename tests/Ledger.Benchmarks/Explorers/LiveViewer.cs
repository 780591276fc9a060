using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Ledger.Benchmarks.Explorers;

/// <summary>A browser or program that follows a run: a connection on which server-sent events arrive, one after the other without a gap.</summary>
/// <param name="from">The position at which it begins.</param>
internal sealed class LiveViewer(long from) : IDisposable
{
    private readonly TcpClient _connection = new();

    /// <summary>The length of the run in the last message that arrived.</summary>
    public long Seen { get; private set; } = from;

    /// <summary>What it missed or got twice; null as long as it has not.</summary>
    public string? Fault { get; private set; }

    public async Task RunAsync(Uri address, string path, CancellationToken cancellationToken)
    {
        await _connection.ConnectAsync(address.Host, address.Port, cancellationToken);
        var stream = _connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: text/event-stream\r\n\r\n"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        long length = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            // A message begins with its id, which is the length of the run.
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                length = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var begin = NumberOf(line, "\"from\":") ?? length - NumberOf(line, "\"count\":");
                Fault ??= begin == Seen ? null : $"A viewer had {Seen} events, and the next message began at {begin}.";
                Seen = length;
            }
        }
    }

    // Pages are told how many there are, and programs from where they begin.
    private static long? NumberOf(string line, string name)
    {
        var at = line.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var digits = line.AsSpan(at + name.Length);
        return long.Parse(digits[..digits.IndexOfAnyExceptInRange('0', '9')], CultureInfo.InvariantCulture);
    }

    public void Dispose() => _connection.Dispose();
}
