namespace Ledger.Cli.Output;

/// <summary>How a piece of text is meant, which a terminal shows by colour.</summary>
internal enum Tone
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>A name to look for.</summary>
    Name,

    /// <summary>Beside the point: times, labels.</summary>
    Faint,

    /// <summary>Came into being; well.</summary>
    Added,

    /// <summary>Is no more; not well.</summary>
    Removed,

    /// <summary>Changed; pending.</summary>
    Changed,
}
