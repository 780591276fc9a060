using System.Globalization;

namespace Ledger.Seal;

/// <summary>Checkpoints as files of a folder, such as on write-once storage: <c>00000000000000109482.checkpoint</c> for a tree of 109482.</summary>
/// <remarks>A file that is there is never written again.</remarks>
/// <param name="folder">The folder; it is created when needed.</param>
public sealed class AnchorFolder(string folder) : ICheckpointAnchor
{
    private const string Ending = ".checkpoint";

    /// <inheritdoc/>
    public async Task<SignedNote?> FindLastAsync(CancellationToken cancellationToken)
    {
        var last = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Ending).Max(StringComparer.Ordinal) : null;
        return last is null ? null : SignedNote.Parse(await File.ReadAllTextAsync(last, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task KeepAsync(SignedNote checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Directory.CreateDirectory(folder);
        var size = Checkpoint.Of(checkpoint).Size.ToString("00000000000000000000", CultureInfo.InvariantCulture);
        var path = Path.Combine(folder, size + Ending);
        if (File.Exists(path))
        {
            return;
        }

        // Whole or not at all: it is read by its name.
        var temporary = Path.Combine(folder, $".{size}.{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(temporary, checkpoint.ToString(), cancellationToken).ConfigureAwait(false);
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another node has kept it meanwhile.
            File.Delete(temporary);
        }
    }
}
