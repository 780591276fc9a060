using Microsoft.Win32.SafeHandles;

namespace Ledger.Cli.Output;

/// <summary>Opens standard output as a stream that reports a closed pipe.</summary>
internal static class StandardOutput
{
    /// <summary>
    /// Opens standard output so that a closed pipe is noticed. The stream of <see cref="Console"/> silently drops writes to one, so
    /// <c>ledger events ID --follow | head</c> would never end. Files keep that stream, because it leaves their offset to the system.
    /// </summary>
    public static Stream Open()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
            {
                return pipe;
            }
        }

        return Console.OpenStandardOutput();
    }
}
