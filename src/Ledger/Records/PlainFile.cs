using System.Globalization;
using System.Runtime.InteropServices;

namespace Ledger.Records;

/// <summary>Reads whole files, and nothing that has no end: a link may lead to a device or a pipe.</summary>
internal static partial class PlainFile
{
    /// <summary>The most bytes that are read into memory.</summary>
    public const long MaxBytes = 1L << 30;

    private const int CurrentDirectory = -100;
    private const uint TypeWanted = 1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>The content, or null where there is no such file.</summary>
    /// <exception cref="IOException">It is no plain file, or too large.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (Directory.Exists(file))
        {
            throw new IOException($"'{file}' is not a plain file but a directory. Nothing was read; give the folder that has the file.");
        }

        if (!File.Exists(file))
        {
            return null;
        }

        // Before it is opened: opening a pipe waits for its writer.
        if (!IsPlain(file))
        {
            throw new IOException($"'{file}' is not a plain file but a device, a pipe or a link to one. Nothing was read; copy its content into a file.");
        }

        var target = File.ResolveLinkTarget(file, returnFinalTarget: true) as FileInfo ?? new FileInfo(file);
        return target.Length > MaxBytes
            ? throw new IOException(string.Create(
                CultureInfo.InvariantCulture, $"'{file}' has {target.Length} bytes, and {MaxBytes} can be read at once. Nothing was read; compact the store first."))
            : await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
    }

    // Unknown elsewhere than on Linux, where .NET has no name for it: https://man7.org/linux/man-pages/man2/statx.2.html
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
