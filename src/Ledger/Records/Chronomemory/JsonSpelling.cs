namespace Ledger.Records.Chronomemory;

/// <summary>The layout of JSON; numbers and text are written the same way in all.</summary>
internal enum JsonSpelling
{
    /// <summary>The form that is hashed: keys sorted by code point at every level, separators <c>", "</c> and <c>": "</c>.</summary>
    Hashed,

    /// <summary>Like the hashed form, but with keys in their original order, and with characters at which the package would split a line escaped.</summary>
    Line,

    /// <summary>The form of <c>snapshot.json</c>: keys in their original order, each value on its own line, indented by two spaces per level.</summary>
    Indented,
}
