namespace Ledger.Mcp;

/// <summary>Whether tools may write to the log.</summary>
public enum McpWriting
{
    /// <summary>Read-only: tools that would write are neither listed nor called.</summary>
    Off,

    /// <summary>Tools may also append, fork, merge, and save tasks and records.</summary>
    Allowed,
}
