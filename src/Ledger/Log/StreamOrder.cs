namespace Ledger.Log;

/// <summary>In which order streams are listed.</summary>
public enum StreamOrder
{
    /// <summary>By the time of the last event, the latest first, then by name.</summary>
    LatestFirst,

    /// <summary>By name, by code point.</summary>
    Name,

    /// <summary>By the number of own events, the longest first, then by name.</summary>
    LongestFirst,
}
