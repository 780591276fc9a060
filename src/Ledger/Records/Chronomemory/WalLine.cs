namespace Ledger.Records.Chronomemory;

/// <summary>A line of an <c>events.wal</c> that is not blank.</summary>
/// <remarks>Either <see cref="Event"/> or <see cref="Fault"/> is set.</remarks>
public sealed class WalLine
{
    internal WalLine(long line, ReadOnlyMemory<byte> text, WalValues? values, WalEvent? walEvent, string? fault)
    {
        Line = line;
        Text = text;
        Values = values;
        Event = walEvent;
        Fault = fault;
    }

    /// <summary>The line's number, from 1, as the reference counts lines.</summary>
    public long Line { get; }

    /// <summary>The event in it, or null.</summary>
    public WalEvent? Event { get; }

    /// <summary>Why it is not an event, as the rest of a sentence, or null.</summary>
    public string? Fault { get; }

    /// <summary>The bytes without whitespace at either end.</summary>
    internal ReadOnlyMemory<byte> Text { get; }

    /// <summary>The fields, if the line is a JSON object, even if it is not an event.</summary>
    internal WalValues? Values { get; }

    /// <summary>A deviation around the line that the reference would not have written, or null.</summary>
    internal string? Surroundings { get; init; }

    /// <summary>The unknown members, which no hash covers.</summary>
    internal IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Whether the line contains a character at which the reference splits it, so that the reference finds no event.</summary>
    internal bool IsSplit { get; init; }
}
