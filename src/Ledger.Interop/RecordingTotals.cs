namespace Ledger.Interop;

/// <summary>What a recording becomes, counted before anything is written.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Branches">The branches.</param>
/// <param name="Events">Their events.</param>
/// <param name="ModelCalls">The answers of models among them.</param>
/// <param name="ToolCalls">The calls of tools among them.</param>
/// <param name="InputTokens">The tokens of the models' requests, as far as the recording states them.</param>
/// <param name="OutputTokens">The tokens of the models' answers, as far as the recording states them.</param>
/// <param name="CostUsd">What the answers cost, in US dollars, as far as the recording states it for each.</param>
public sealed record RecordingTotals(
    long Runs, long Branches, long Events, long ModelCalls, long ToolCalls, long InputTokens, long OutputTokens, decimal CostUsd);
