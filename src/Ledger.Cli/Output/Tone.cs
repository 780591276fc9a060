namespace Ledger.Cli.Output;

/// <summary>The meaning of a piece of text, which a terminal shows by colour.</summary>
internal enum Tone
{
    /// <summary>Without colour.</summary>
    Plain,

    /// <summary>A name that the reader looks for.</summary>
    Name,

    /// <summary>Secondary: times, labels.</summary>
    Faint,

    /// <summary>Added, or in a good state.</summary>
    Added,

    /// <summary>Removed, or in a bad state.</summary>
    Removed,

    /// <summary>Changed, or pending.</summary>
    Changed,
}
