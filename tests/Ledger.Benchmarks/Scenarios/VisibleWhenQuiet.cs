using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>An event is appended now and then, and looked for in the document that the daemon keeps.</summary>
internal sealed class VisibleWhenQuiet : Scenario
{
    private readonly Contender _awake = new("awake", (bench, cancellationToken) =>
        VisibleLoad.MeasureAsync(bench, TimeSpan.FromMilliseconds(10), background: 0, cancellationToken));

    private readonly Contender _marten = MartenDerived.Visible(TimeSpan.FromMilliseconds(10));

    private readonly Contender _asleep = new("asleep", (bench, cancellationToken) =>
        VisibleLoad.MeasureAsync(bench, TimeSpan.FromMilliseconds(1_200), background: 0, cancellationToken));

    public override string Name => "visible-quiet";

    public override string Title => "from the commit to the asynchronous document, little else going on";

    public override IReadOnlyList<Contender> Contenders => [_awake, _asleep, _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _awake, _marten),
        Goal.Absolute(Figure.Middle, _awake) with { AtLeast = 3 },
        Goal.Absolute(Figure.Tail, _awake) with { AtLeast = 8 },
        Goal.Absolute(Figure.Middle, _asleep),
    ];
}
