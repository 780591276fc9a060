using System.Text.Json;
using Ledger.Log;

namespace Ledger.Testing.Replays;

/// <summary>How an agent runs against a recording.</summary>
public sealed record AgentReplayOptions
{
    /// <summary>How many events of the recording are in the log before the agent begins: default 0.</summary>
    /// <remarks>What an application records before it starts its agent, or the turns before the one that is tested.</remarks>
    public Position StartAt { get; init; } = Position.Start;

    /// <summary>From which position on calls are made and not answered: default null, none is made.</summary>
    /// <remarks>Calls that were recorded before it are answered; after all of them, the agent is alone with the world.</remarks>
    public Position? LiveFrom { get; init; }

    /// <summary>The events that the agent appends: default null, the built-in ones.</summary>
    public EventRegistry? Registry { get; init; }

    /// <summary>Which events of the agent count in the comparison: default null, all. Those of calls are compared by themselves.</summary>
    public Func<RecordedEvent, bool>? Compares { get; init; }

    /// <summary>The ledger that the agent runs on: limits, prices and reuse of calls as in production; default null, the defaults.</summary>
    public AgentLedgerOptions? Ledger { get; init; }

    /// <summary>Changes the data of an event before it is compared, such as by removing a time of day: default null, none.</summary>
    public Func<RecordedEvent, JsonElement>? Normalize { get; init; }
}
