using System.Text.RegularExpressions;

namespace Ledger.Postgres.Local;

/// <summary>The end of the output of a server or a program, short enough for an error message.</summary>
internal static partial class ServerLog
{
    private const int TailBytes = 16 * 1024;
    private const int Lines = 3;
    private const long LargestBytes = 16 * 1024 * 1024;
    private static readonly string[] Telling = ["FATAL:", "PANIC:", "ERROR:", "HINT:", "DETAIL:", "error:"];

    internal static string Tail(string path, long from)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(Math.Min(stream.Length, Math.Max(from, stream.Length - TailBytes)), SeekOrigin.Begin);
            using var reader = new StreamReader(stream);
            return Condense(reader.ReadToEnd());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    internal static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Renames a large log, so that one old log is kept; done while no server writes to it.</summary>
    internal static void Turn(string path)
    {
        if (Length(path) > LargestBytes)
        {
            File.Move(path, path + ".1", overwrite: true);
        }
    }

    /// <summary>The last fault and the two lines before it, on one line and without times; without a fault the last lines.</summary>
    internal static string Condense(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var last = Array.FindLastIndex(lines, line => Telling.Any(word => line.Contains(word, StringComparison.Ordinal)));
        return string.Join(" | ", (last < 0 ? lines : lines[..(last + 1)]).TakeLast(Lines).Select(line => Prefix().Replace(line, "")));
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] ")]
    private static partial Regex Prefix();
}
