using Ledger.Explorer;

namespace Ledger.Mcp;

/// <summary>What the tools of a log may do.</summary>
public sealed record LedgerMcpOptions
{
    /// <summary>Whether tools may write. Default: <see cref="McpWriting.Off"/>.</summary>
    public McpWriting Writing
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such choice.");
    }

    /// <summary>Whether a tool answers questions in SQL, by the <c>SqlQueries</c> in the container. Default: <see cref="ExplorerQuerying.Off"/>.</summary>
    public ExplorerQuerying Querying
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "There is no such choice.");
    }

    /// <summary>The names of the tools that are served, such as <c>run_events</c>. Default: null, all.</summary>
    public IReadOnlyCollection<string>? Tools { get; init; }
}
