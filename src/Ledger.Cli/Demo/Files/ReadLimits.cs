namespace Ledger.Cli.Demo.Files;

/// <summary>How much of a folder is read, so that any folder is done in seconds.</summary>
internal sealed record ReadLimits
{
    /// <summary>The largest number of files that are listed: default 10,000, at least 1.</summary>
    public int MaxFiles { get; init; } = 10_000;

    /// <summary>The largest size of a file that is read, in bytes: default 1 MiB, at least 1.</summary>
    public int MaxFileBytes { get; init; } = 1024 * 1024;

    /// <summary>The largest number of bytes that are read in all: default 256 MiB, at least 1.</summary>
    public long MaxTotalBytes { get; init; } = 256L * 1024 * 1024;
}
