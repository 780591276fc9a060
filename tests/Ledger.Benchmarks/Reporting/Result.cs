using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Reporting;

/// <summary>What came of a scenario.</summary>
internal sealed record Result(Scenario Scenario, IReadOnlyList<Round> Rounds)
{
    /// <summary>The goals, ratios first.</summary>
    public IEnumerable<(Goal Goal, Summary Summary)> Goals => Scenario.Goals
        .OrderByDescending(g => g.IsRatio)
        .Select(g => (g, Summary.Of(Rounds.Select(g.Of))));

    /// <summary>The figures that the contenders have, in the order of the tables.</summary>
    public IEnumerable<Figure> Figures => Rounds[0][Scenario.Contenders[0]].Figures;

    public Summary Of(Contender contender, Figure figure) => Summary.Of(Rounds.Select(r => r[contender][figure]));
}
