using System.CommandLine;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;

namespace Ledger.Cli.Runs;

/// <summary>The options by what runs cost, how long they took, and how many tokens.</summary>
/// <param name="whose">The beginning of their descriptions: <c>Only runs</c>.</param>
internal sealed class RangeOptions(string whose)
{
    private readonly Option<decimal?> _minCost = new("--min-cost") { Description = $"{whose} whose own calls cost at least this.", HelpName = "USD" };
    private readonly Option<decimal?> _maxCost = new("--max-cost") { Description = $"{whose} whose own calls cost at most this.", HelpName = "USD" };
    private readonly Option<string?> _minDuration = new("--min-duration") { Description = $"{whose} that took at least this, such as 90s, 5m, 2h or 3d.", HelpName = "TIME" };
    private readonly Option<string?> _maxDuration = new("--max-duration") { Description = $"{whose} that took at most this.", HelpName = "TIME" };
    private readonly Option<long?> _minTokens = new("--min-tokens") { Description = $"{whose} whose own calls took at least so many tokens.", HelpName = "N" };
    private readonly Option<long?> _maxTokens = new("--max-tokens") { Description = $"{whose} whose own calls took at most so many tokens.", HelpName = "N" };

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_minCost, _maxCost, _minDuration, _maxDuration, _minTokens, _maxTokens];

    /// <summary>What they ask for.</summary>
    /// <exception cref="UsageException">It cannot be.</exception>
    public RunRanges Of(Session session)
    {
        var ranges = new RunRanges(
            session.Get(_minCost),
            session.Get(_maxCost),
            DurationOf(session, _minDuration),
            DurationOf(session, _maxDuration),
            session.Get(_minTokens),
            session.Get(_maxTokens));
        return ranges.Fault is { } fault ? throw new UsageException(fault) : ranges;
    }

    private static TimeSpan? DurationOf(Session session, Option<string?> option) => session.Get(option) is not { } text
        ? null
        : DurationInput.Find(text) ?? throw new UsageException($"{option.Name} must be a length of time such as 90s, 5m, 2h or 250ms, but was '{text}'.");
}
