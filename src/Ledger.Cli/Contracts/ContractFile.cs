using Ledger.Cli.Files;
using Ledger.Explorer.Failures;
using Ledger.Log.Contracts;

namespace Ledger.Cli.Contracts;

/// <summary>Reads contracts from a file, or from standard input.</summary>
internal static class ContractFile
{
    /// <exception cref="RefusalException">It has no contracts.</exception>
    public static async Task<EventContracts> ReadAsync(string path, CommandIo io, CancellationToken cancellationToken)
    {
        var name = path == "-" ? "standard input" : $"'{path}'";
        await using Stream stream = path == "-" ? io.Input : Open(path);
        try
        {
            return EventContracts.Parse(await WholeFile.ReadAsync(stream, name, cancellationToken));
        }
        catch (ContractFormatException fault)
        {
            throw new RefusalException($"{char.ToUpperInvariant(name[0])}{name[1..]} has no contracts that can be read. {fault.Message}", FailureCodes.InvalidInput);
        }
    }

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new RefusalException($"'{path}' is a folder. Name a file with contracts.", FailureCodes.InvalidInput);
        }

        try
        {
            return File.OpenRead(path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusalException($"There is no file '{path}'.", FailureCodes.NotFound);
        }
    }
}
