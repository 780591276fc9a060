using System.Buffers;

namespace Ledger.Cli.Bus;

/// <summary>What a client sends, in whole lines. The end of input is passed on only after all earlier requests were answered, because the server stops there.</summary>
internal sealed class McpInput(Stream input, McpOutput output, McpCalls calls, TimeProvider timeProvider, CancellationToken stopping) : Stream
{
    // A client that has closed its input does not wait for long.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly McpLines _lines = new(McpText.MaxBytes);
    private ReadOnlyMemory<byte> _ready;
    private bool _isAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        while (_ready.IsEmpty && !_isAtEnd)
        {
            await FillAsync(ending.Token);
        }

        var taken = Math.Min(_ready.Length, buffer.Length);
        _ready.Span[..taken].CopyTo(buffer.Span);
        _ready = _ready[taken..];
        if (taken == 0)
        {
            await WaitForAnswersAsync(ending.Token);
        }

        return taken;
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        // A read of standard input cannot be cancelled; on cancellation it is abandoned.
        var bytes = new byte[64 * 1024];
        var read = await Task.Run(() => input.Read(bytes), CancellationToken.None).WaitAsync(cancellationToken);
        _isAtEnd = read == 0;
        var lines = _lines.Take(_isAtEnd && _lines.HasBegun ? "\n"u8 : bytes.AsSpan(0, read));
        var ready = new ArrayBufferWriter<byte>(64 * 1024);
        foreach (var line in lines)
        {
            if (McpText.RefusalOf(line) is { } refusal)
            {
                await output.WriteLineAsync(refusal, cancellationToken);
                continue;
            }

            calls.Receive(line.Utf8);
            ready.Write(line.Utf8.Span);
        }

        _ready = ready.WrittenMemory;
    }

    private async Task WaitForAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await calls.Answered.WaitAsync(Patience, timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Some request will never be answered; end the input anyway.
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
