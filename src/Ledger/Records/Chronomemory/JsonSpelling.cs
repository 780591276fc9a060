namespace Ledger.Records.Chronomemory;

/// <summary>How a value is laid out; the spelling of numbers and text is the same in all.</summary>
internal enum JsonSpelling
{
    /// <summary>Keys by code point at every level, separators <c>", "</c> and <c>": "</c>: what is hashed.</summary>
    Hashed,

    /// <summary>As hashed, but keys in their own order, and characters at which the package would split a line escaped.</summary>
    Line,

    /// <summary>Keys in their own order, each value on a line of its own, two blanks a level: <c>snapshot.json</c>.</summary>
    Indented,
}
