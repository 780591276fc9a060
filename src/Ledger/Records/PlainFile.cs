using System.Globalization;
using System.Runtime.InteropServices;

namespace Ledger.Records;

/// <summary>Reads whole regular files; refuses anything endless, because a link may lead to a device or a pipe.</summary>
internal static partial class PlainFile
{
    /// <summary>The largest file that is read into memory, in bytes.</summary>
    public const long MaxBytes = 1L << 30;

    private const int CurrentDirectory = -100;
    private const uint TypeWanted = 1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>The content, or null if there is no such file.</summary>
    /// <exception cref="IOException">It is not a regular file, or is too large.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!Exists(file))
        {
            return null;
        }

        var target = File.ResolveLinkTarget(file, returnFinalTarget: true) as FileInfo ?? new FileInfo(file);
        return target.Length > MaxBytes
            ? throw new IOException(string.Create(
                CultureInfo.InvariantCulture, $"'{file}' has {target.Length} bytes, and {MaxBytes} can be read at once. Nothing was read; compact the store first."))
            : await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether there is such a file.</summary>
    /// <exception cref="IOException">It is not a regular file.</exception>
    public static bool Exists(string file)
    {
        if (Directory.Exists(file))
        {
            throw new IOException($"'{file}' is not a plain file but a directory. Nothing was read; name the folder that contains the file.");
        }

        if (!File.Exists(file))
        {
            return false;
        }

        // Checked before opening, because opening a pipe waits for its writer.
        if (!IsPlain(file))
        {
            throw new IOException($"'{file}' is not a plain file but a device, a pipe or a link to one. Nothing was read; copy its content into a file.");
        }

        return true;
    }

    // Only Linux is checked, through a call that .NET does not offer: https://man7.org/linux/man-pages/man2/statx.2.html
    private static unsafe bool IsPlain(string file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            var buffer = stackalloc byte[256];
            return Status(CurrentDirectory, file, 0, TypeWanted, buffer) != 0
                || (*(ushort*)(buffer + ModeOffset) & TypeMask) == Regular;
        }
        catch (EntryPointNotFoundException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Status(int directory, string path, int flags, uint mask, byte* buffer);
}
