namespace Ledger.Benchmarks.Measuring;

/// <summary>A number that a scenario is judged by, taken in each round: a ratio of two contenders, or a figure of one.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Format">How its values are written.</param>
/// <param name="Better">Which way it gets better.</param>
/// <param name="Of">Its value in a round.</param>
internal sealed record Goal(string Name, string Format, Better Better, Func<Round, double> Of)
{
    /// <summary>The value that must be reached, or null when it is shown for comparison only.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The value that we would like to reach.</summary>
    public double? Aim { get; init; }

    /// <summary>Whether it compares two contenders, which is shown first.</summary>
    public bool IsRatio { get; private init; }

    /// <summary>The figure of one contender, as a multiple of the other's.</summary>
    public static Goal Ratio(Figure figure, Contender ours, Contender peer) =>
        new($"{figure.Name}: {ours.Name} / {peer.Name}", "0.00×", figure.Better, round => round[ours][figure] / round[peer][figure])
        {
            IsRatio = true,
        };

    /// <summary>The figure of one contender, as a multiple of that of the peer which is best at it in the same round.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="ours">Whose it is.</param>
    /// <param name="name">What the peers are called together.</param>
    /// <param name="peers">The same peer in several ways.</param>
    public static Goal RatioToBest(Figure figure, Contender ours, string name, params IReadOnlyList<Contender> peers) =>
        new(
            $"{figure.Name}: {ours.Name} / {name}",
            "0.00×",
            figure.Better,
            round => round[ours][figure] / (figure.Better == Better.Higher ? peers.Max(p => round[p][figure]) : peers.Min(p => round[p][figure])))
        {
            IsRatio = true,
        };

    /// <summary>The figure of one contender as it is.</summary>
    public static Goal Absolute(Figure figure, Contender ours) =>
        new($"{figure.Name}: {ours.Name}", figure.Format, figure.Better, round => round[ours][figure]);

    /// <summary>Whether a value is as good as what is asked.</summary>
    public bool Reaches(double value, double asked) => Better == Better.Higher ? value >= asked : value <= asked;
}
