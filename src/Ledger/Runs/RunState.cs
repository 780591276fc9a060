using System.Text.Json.Serialization;

namespace Ledger.Runs;

/// <summary>What the own events of a run or branch have led to: all that is needed to go on from there, as it is stored.</summary>
internal sealed class RunState
{
    /// <summary>How many own events it stands for.</summary>
    public long Version { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When the first of its events occurred that a recording says that of; null for none.</summary>
    public DateTimeOffset? OccurredFrom { get; set; }

    /// <summary>When the last of them did.</summary>
    public DateTimeOffset? OccurredUntil { get; set; }

    /// <summary>How many events a branch shares.</summary>
    public long PrefixLength { get; set; }

    /// <summary>What the calls in those cost; null for a run, which shares nothing.</summary>
    public RunningTotals? Prefix { get; set; }

    public RunningTotals Own { get; set; } = RunningTotals.None;

    /// <summary>How it is doing by its last event alone, whatever it waits for.</summary>
    public RunStatus Outcome { get; set; }

    /// <summary>Whether an event or a rule says so, and not only that nothing follows.</summary>
    public bool IsStated { get; set; }

    public string? Error { get; set; }

    /// <summary>The title that a person or a rule gave it.</summary>
    public string? Title { get; set; }

    /// <summary>The beginning of the first thing that a model was asked.</summary>
    public string? Question { get; set; }

    /// <summary>Whether a person has given the title.</summary>
    public bool IsNamed { get; set; }

    public string? Model { get; set; }

    public List<string> Labels { get; set; } = [];

    public long ModelCalls { get; set; }

    public long ToolCalls { get; set; }

    public bool WaitsForBudget { get; set; }

    public List<BegunCall> Open { get; set; } = [];

    public List<AskedApproval> Asked { get; set; } = [];
}

/// <summary>A call that was begun and has not ended.</summary>
/// <param name="Call">The call.</param>
/// <param name="Occurrence">Which occurrence of which request it is; a later attempt takes its place.</param>
internal sealed record BegunCall(OpenCall Call, string Occurrence)
{
    /// <summary>Whether a part of a budget is reserved for it.</summary>
    public bool IsReserved { get; init; }

    /// <summary>Whether a later attempt has taken its place: no one waits for it any more, but its reservation is held.</summary>
    public bool IsRepeated { get; init; }
}

/// <summary>A request for approval that was not decided on.</summary>
/// <param name="Id">The event that asks.</param>
/// <param name="Kind">The kind of the call.</param>
/// <param name="RequestHash">The hash of its request.</param>
/// <param name="ExpiresAt">When it counts as denied; null for never.</param>
internal sealed record AskedApproval(Guid Id, string Kind, string RequestHash, DateTimeOffset? ExpiresAt);

/// <summary>How states are stored as JSON, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(RunningTotals))]
internal sealed partial class RunStateContext : JsonSerializerContext;
