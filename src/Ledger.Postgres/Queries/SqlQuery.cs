namespace Ledger.Postgres.Queries;

/// <summary>A question to the log in SQL.</summary>
/// <param name="Text">One statement that begins with <c>select</c>, <c>with</c>, <c>values</c>, <c>table</c> or <c>explain</c>.</param>
public sealed record SqlQuery(string Text)
{
    /// <summary>How long the answer may take, with the time that the program takes to read its rows: default 30 seconds, more than zero and at most a day.</summary>
    /// <remarks>For so long the question keeps a snapshot, which appends to a busy stream feel.</remarks>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The role that the question runs as; default null: the role of readers (<see cref="SqlQueries.ReaderRole"/>) if the session may become it, else its own.</summary>
    public string? Role { get; init; }

    /// <summary>
    /// Whether it is refused with <c>42501</c> where no role was set and the session may read more than readers may: a superuser, the owner of the log, and any role that may read the keys of subjects.
    /// Default: false. For questions of others, such as users of an HTTP API.
    /// </summary>
    public bool NeedsReader { get; init; }

    /// <summary>The most bytes that a row of the answer has, in UTF-8: default 256 MiB, from 1. A larger one is refused with <c>54000</c> before it is in memory.</summary>
    public int MaxRowBytes { get; init; } = 1 << 28;
}
