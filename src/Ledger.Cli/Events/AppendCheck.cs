namespace Ledger.Cli.Events;

/// <summary>What an append checks in addition to the rules of the log.</summary>
internal enum AppendCheck
{
    /// <summary>Nothing: the log takes any event.</summary>
    None,

    /// <summary>Whether the events can be applied to the world.</summary>
    World,
}
