using System.CommandLine;
using System.Text;
using Ledger.Cli.Files;
using Ledger.Explorer.Failures;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary>Keys and checkpoints that commands of the seal read.</summary>
internal static class SealFiles
{
    /// <summary>The variable that holds a private key where no file is named.</summary>
    public const string KeyVariable = "LEDGER_SEAL_KEY";

    private const string PrivatePrefix = "PRIVATE+";

    // Keys and notes have hundreds of bytes; a checkpoint has one signature for each witness.
    private const int MostBytes = 1 << 20;

    public static Option<string[]> KeyOption() => new("--key")
    {
        Description = "A public key that is trusted, of the log or of a witness: 'name+id+base64', or a file with one on each line. May be repeated.",
        HelpName = "KEY",
    };

    public static Option<string[]> CheckpointOption(string description) => new("--checkpoint") { Description = description, HelpName = "FILE" };

    public static Option<string?> SinceOption() => new("--since")
    {
        Description = "A checkpoint that was kept: the file also proves that the log extends it.",
        HelpName = "FILE",
    };

    /// <summary>Reads public keys, each a text or a file of them.</summary>
    public static async Task<IReadOnlyList<NoteKey>> ReadKeysAsync(IEnumerable<string>? keys, CancellationToken cancellationToken)
    {
        var read = new List<NoteKey>();
        foreach (var key in keys ?? [])
        {
            var lines = File.Exists(key) ? await ReadAsync(key, cancellationToken) : key;
            foreach (var line in lines.ReplaceLineEndings("\n").Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)))
            {
                read.Add(line.StartsWith(PrivatePrefix, StringComparison.Ordinal)
                    ? throw new RefusalException($"'{key}' holds a private key. Give '--key' the public one, which 'ledger seal keygen' printed.", FailureCodes.InvalidInput)
                    : NoteKey.Parse(line));
            }
        }

        return read;
    }

    /// <summary>Reads the private keys that sign, of files or of the variable.</summary>
    public static async Task<IReadOnlyList<INoteSigner>> ReadSignersAsync(Session session, string[]? files, CancellationToken cancellationToken)
    {
        if (files is { Length: > 0 })
        {
            var signers = new List<INoteSigner>();
            foreach (var file in files)
            {
                signers.Add(SealKey.Parse(await ReadAsync(file, cancellationToken)));
            }

            return signers;
        }

        return session.Io.Environment(KeyVariable) is { } key
            ? [SealKey.Parse(key)]
            : throw new UsageException($"A checkpoint needs a key: name its file with '--key-file', or put it into {KeyVariable}. 'ledger seal keygen' makes one.");
    }

    /// <summary>Reads a checkpoint; null for no file.</summary>
    public static async Task<SignedNote?> ReadNoteAsync(string? file, CancellationToken cancellationToken) =>
        file is null ? null : SignedNote.Parse(await ReadAsync(file, cancellationToken));

    public static async Task<IReadOnlyList<SignedNote>> ReadNotesAsync(string[]? files, CancellationToken cancellationToken)
    {
        var notes = new List<SignedNote>();
        foreach (var file in files ?? [])
        {
            notes.Add(SignedNote.Parse(await ReadAsync(file, cancellationToken)));
        }

        return notes;
    }

    public static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusalException($"There is no file '{file}'.", FailureCodes.NotFound);
        }
    }

    /// <summary>Opens a file of any length; what is no ordinary file, such as a pipe, may be endless and is read up to the limit of those first.</summary>
    public static async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var stream = Open(file);
        if (stream.CanSeek && stream.Length > 0)
        {
            return stream;
        }

        await using (stream)
        {
            var content = await WholeFile.ReadAsync(stream, $"'{file}'", cancellationToken);
            return new MemoryStream(content.ToArray(), writable: false);
        }
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = Open(file);
        var content = await WholeFile.ReadAsync(stream, $"'{file}'", cancellationToken, MostBytes);
        return Encoding.UTF8.GetString(content.Span.StartsWith(Encoding.UTF8.Preamble) ? content.Span[Encoding.UTF8.Preamble.Length..] : content.Span);
    }
}
