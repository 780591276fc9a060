using System.Text;

namespace Ledger.Cli.Tests;

/// <summary>An output whose text can be awaited while a command writes it.</summary>
internal sealed class WatchedStream : MemoryStream
{
    private readonly Lock _gate = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];
    private readonly StringBuilder _written = new();

    public Task SeenAsync(string text)
    {
        lock (_gate)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            Look();
            return seen.Task.WaitAsync(TimeSpan.FromMinutes(2));
        }
    }

    /// <summary>All that is written once a text is.</summary>
    public async Task<string> TextAsync(string text)
    {
        await SeenAsync(text);
        lock (_gate)
        {
            return _written.ToString();
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_gate)
        {
            _written.Append(Encoding.UTF8.GetString(buffer));
            Look();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    private void Look()
    {
        var text = _written.ToString();
        foreach (var (awaited, seen) in _awaited)
        {
            if (text.Contains(awaited, StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        }
    }
}
