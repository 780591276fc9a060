namespace Ledger.Cli.Events;

/// <summary>What an append looks at beside the rules of the log.</summary>
internal enum AppendCheck
{
    /// <summary>Nothing: the log takes any event.</summary>
    None,

    /// <summary>Whether the world takes the events.</summary>
    World,
}
