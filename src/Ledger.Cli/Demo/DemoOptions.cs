using Ledger.Cli.Demo.Files;
using Ledger.Cli.Demo.Findings;

namespace Ledger.Cli.Demo;

/// <summary>What a demo works on.</summary>
internal sealed record DemoOptions
{
    /// <summary>The id of the run; the branch's begins with it. Default: <c>demo-</c> and eight digits at random, short enough to be typed.</summary>
    public string RunId { get; init; } = $"demo-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>The id of the branch.</summary>
    public string BranchId => $"{RunId}-{FindingRule.CodeOnly.Name}";

    /// <summary>How much of the folder is read.</summary>
    public ReadLimits Limits { get; init; } = new();
}
