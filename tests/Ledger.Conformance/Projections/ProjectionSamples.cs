using Ledger.Projections;

namespace Ledger.Conformance.Projections;

/// <summary>The projections of the suite.</summary>
public static class ProjectionSamples
{
    public static Aggregate<Tally> Tally { get; } = new Aggregate<Tally>("tally", Projections.Tally.Empty)
        .On<KitLoaded>((tally, loaded) => loaded.Kit == "poison"
            ? throw new InvalidOperationException("The kit is poisoned.")
            : tally.With(loaded.Kit!));

    public static Snapshot<Tally> Tallies { get; } = new(Tally, "tally", ProjectionSamplesContext.Default.Tally) { StreamPrefix = "run:" };

    /// <summary>A document for each tool: a call of <c>a+b</c> counts for two; a return with a tool's name ends it.</summary>
    public static DocumentProjection<ToolUse> ToolUses { get; } =
        new DocumentProjection<ToolUse>("tool-uses", "tool_use", ProjectionSamplesContext.Default.ToolUse)
            .On<ToolCalled>(
                (called, _) => called.Tool!.Split('+'),
                (use, called, recorded) => called.Tool == "poison"
                    ? throw new InvalidOperationException("The tool is poisoned.")
                    : use is null ? new ToolUse(recorded.Type, 1) : use with { Calls = use.Calls + 1 })
            .On<ToolReturned>(returned => returned.CallId!, (_, _) => null);

    public static IReadOnlyList<Projection> All { get; } = [Tallies, ToolUses];
}
