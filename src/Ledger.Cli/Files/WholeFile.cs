using Ledger.Cli.Output;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Files;

/// <summary>Reads a whole file that has to fit into memory. A pipe is accepted too; an endless one is refused once it is too long.</summary>
internal static class WholeFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 28;

    /// <summary>The content of a file that people write, such as rules or policies: at most 16 MiB.</summary>
    /// <exception cref="RefusalException">The content is longer, or there is no such file.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadSmallAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new RefusalException($"There is no file '{file}'.", FailureCodes.NotFound);
        }

        await using var stream = File.OpenRead(file);
        return await ReadAsync(stream, $"'{file}'", cancellationToken, 1 << 24);
    }

    /// <summary>The content from the stream's current position.</summary>
    /// <param name="stream">The stream, which is read to its end or to the limit.</param>
    /// <param name="name">What it is, for the refusal.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <param name="maxBytes">The most bytes that it may have.</param>
    /// <exception cref="RefusalException">The content is longer.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, string name, CancellationToken cancellationToken, int maxBytes = MaxBytes)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > maxBytes)
            {
                throw new RefusalException(
                    $"{char.ToUpperInvariant(name[0])}{name[1..]} has more than {Printable.Number(maxBytes)} bytes, the most that is read at once. Nothing was written; split it.", FailureCodes.LimitExceeded);
            }

            content.Write(buffer, 0, read);
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}
