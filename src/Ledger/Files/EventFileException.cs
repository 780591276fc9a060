using System.Globalization;

namespace Ledger.Files;

/// <summary>A line of an event file cannot be read as an event.</summary>
public sealed class EventFileException : Exception
{
    internal EventFileException(long line, long? column, string reason, Exception? innerException = null)
        : base(Sentence(line, column, reason), innerException)
    {
        Line = line;
        Column = column;
        Reason = reason;
    }

    /// <summary>The line, from 1; 0 in what has no lines, such as a request in a binary form.</summary>
    public long Line { get; }

    /// <summary>The character in the line, from 1, or null if the line as a whole is at fault.</summary>
    public long? Column { get; }

    /// <summary>What is wrong and what to do.</summary>
    public string Reason { get; }

    private static string Sentence(long line, long? column, string reason) => line == 0
        ? char.ToUpperInvariant(reason[0]) + reason[1..]
        : string.Create(CultureInfo.InvariantCulture, $"Line {line}{(column is null ? "" : $", column {column}")}: {reason}");
}
