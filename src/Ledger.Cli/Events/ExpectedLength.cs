using Ledger.Cli.Streams;

namespace Ledger.Cli.Events;

/// <summary>The history length that an append expects.</summary>
internal static class ExpectedLength
{
    /// <exception cref="UsageException">The text is neither a count nor <c>none</c>.</exception>
    public static Position? Parse(string text) => text == "none"
        ? Position.Start
        : Positions.Parse(text) ?? throw new UsageException($"--expect must be 'none' or a whole number from 0, but was '{text}'.");
}
