using System.ComponentModel;
using Ledger.Bus;
using Ledger.Mcp.Streams;
using Ledger.Seal;

namespace Ledger.Mcp.Abilities;

/// <summary>The seal of the log as abilities.</summary>
internal static class SealAbilities
{
    private static readonly AbilityMeta<SealStatusInput, SealStatusAnswer> Status = new(
        "seal:status",
        "Shows how far the log is sealed and signed, and how many events of a run or branch the newest checkpoint has.",
        AbilityInputContext.Default.SealStatusInput,
        ToolContractContext.Default.SealStatusAnswer);

    private static readonly AbilityMeta<SealProveInput, SealProofAnswer> Prove = new(
        "seal:prove",
        "Proves that an event is in the log, by the newest checkpoint: a text with the event, which 'ledger seal verify' checks without a database.",
        AbilityInputContext.Default.SealProveInput,
        ToolContractContext.Default.SealProofAnswer);

    public static void Register(IAgentBus bus, AgentLedger ledger, LogSeal seal)
    {
        bus.Register(Status, async (input, token) =>
        {
            var run = input.Run is { } name ? await StoredRuns.FindAsync(ledger, name, token).ConfigureAwait(false) : null;
            var status = await seal.GetStatusAsync(token).ConfigureAwait(false);
            var own = run is null ? null : await seal.FindRunAsync(run.StreamName, token).ConfigureAwait(false);
            return new SealStatusAnswer(
                status.Size, status.Unsealed, status.Checkpoints, status.LastCheckpoint?.ToString(), status.SignedAt, run is null ? null : own?.Version ?? 0);
        });
        bus.Register(Prove, async (input, token) => new SealProofAnswer((await seal.ProveAsync(input.Event, null, token).ConfigureAwait(false)).ToString()));
    }
}

internal sealed record SealStatusInput
{
    [Description("A run or branch, of which the answer also says how far it is sealed.")]
    public string? Run { get; init; }
}

internal sealed record SealProveInput
{
    [Description("The id of the event.")]
    public required Guid Event { get; init; }
}

internal sealed record SealStatusAnswer(
    [property: Description("How many events are sealed.")] long Size,
    [property: Description("How many events follow, counted up to 10,000.")] long UnsealedCount,
    [property: Description("How many checkpoints were signed.")] long CheckpointCount,
    [property: Description("The newest checkpoint: a signed note.")] string? Note,
    [property: Description("When it was signed.")] DateTimeOffset? SignedAt,
    [property: Description("How many of the run's own events that checkpoint has.")] long? RunEventCount);

internal sealed record SealProofAnswer(
    [property: Description("The proof in the format c2sp.org/tlog-proof: write it to a file as it is.")] string Proof);
