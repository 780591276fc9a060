using System.IO.Compression;
using System.Text;

namespace Ledger.Postgres.Retention;

/// <summary>Reads an archive in lines. Disposing it leaves the file open.</summary>
internal sealed class ArchiveReader : IDisposable
{
    private readonly StreamReader _lines;
    private long _read;

    /// <summary>Reads an archive.</summary>
    /// <param name="file">The file, as it was written.</param>
    public ArchiveReader(Stream file) => _lines = new StreamReader(
        new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false);

    /// <summary>Reads the first line.</summary>
    /// <exception cref="ArchiveException">The file is no archive.</exception>
    public async Task<ArchiveHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ArchiveHeader.Parse(await _lines.ReadLineAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is InvalidDataException or DecoderFallbackException)
        {
            throw new ArchiveException("The file is not an archive of retention, or it is damaged. Nothing was restored.", fault);
        }
    }

    /// <summary>The next line; null after the last one.</summary>
    /// <exception cref="ArchiveException">The file is damaged or was cut off.</exception>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var line = await _lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw CutOff();
            if (line != ArchiveHeader.End(_read))
            {
                _read++;
                return line;
            }

            return await _lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is null ? null : throw CutOff();
        }
        catch (Exception fault) when (fault is InvalidDataException or DecoderFallbackException)
        {
            throw new ArchiveException("The archive is damaged. What was restored of it stays read-only; restore it from the whole file.", fault);
        }
    }

    public void Dispose() => _lines.Dispose();

    private static ArchiveException CutOff() => new("The archive is not complete: its last line is missing. What was restored of it stays read-only; restore it from the whole file.");
}
