using Ledger.Cli.Output;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Files;

/// <summary>Reads a whole file that has to fit into memory. A pipe is accepted too; an endless one is refused once it is too long.</summary>
internal static class WholeFile
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 28;

    /// <summary>The content from the stream's current position.</summary>
    /// <exception cref="RefusalException">The content is longer than <see cref="MaxBytes"/>.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 20];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > MaxBytes)
            {
                throw new RefusalException(
                    $"{char.ToUpperInvariant(name[0])}{name[1..]} has more than {Printable.Number(MaxBytes)} bytes, the most that is read at once. Nothing was written; split it.", FailureCodes.LimitExceeded);
            }

            content.Write(buffer, 0, read);
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}
