namespace Ledger.Interop.Reading;

/// <summary>Temporary files for this user alone, which are gone when they are closed.</summary>
internal static class TemporaryFile
{
    /// <summary>Creates a file with a name that begins with a given one.</summary>
    public static FileStream Create(string name)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(Path.GetTempPath(), $"{name}-{Guid.NewGuid():N}"), options);
    }
}
