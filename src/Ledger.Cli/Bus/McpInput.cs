namespace Ledger.Cli.Bus;

/// <summary>What a client sends. Its end is told only when everything before it is answered, because the server stops at the end.</summary>
internal sealed class McpInput(Stream input, McpCalls calls, TimeProvider timeProvider, CancellationToken stopping) : Stream
{
    // A client that has ended does not wait for long.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

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

        // A read of standard input cannot be cancelled; whoever is told to stop leaves it behind.
        var bytes = new byte[buffer.Length];
        var read = await Task.Run(() => input.Read(bytes), CancellationToken.None).WaitAsync(ending.Token);
        if (read == 0 && calls.HasBegunLine)
        {
            (bytes[0], read) = ((byte)'\n', 1);
        }

        if (read > 0)
        {
            calls.Receive(bytes.AsSpan(0, read));
            bytes.AsSpan(0, read).CopyTo(buffer.Span);
            return read;
        }

        try
        {
            await calls.Answered.WaitAsync(Patience, timeProvider, ending.Token);
        }
        catch (TimeoutException)
        {
            // Something is not answered at all, and the end is the end.
        }

        return 0;
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
