using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Runs;

namespace Ledger.Cli.Runs;

/// <summary>Prints what calls cost and saved; prints nothing if there were none.</summary>
internal static class UsageText
{
    public static void Print(Printer output, RunUsage usage)
    {
        Print(output, "Calls", usage.Whole);
        if (usage.SinceFork is { } own && usage.Whole != CallTotals.None)
        {
            Print(output, "Since the fork", own == CallTotals.None ? null : own);
        }
    }

    private static void Print(Printer output, string label, CallTotals? totals)
    {
        if (totals is null)
        {
            output.Fact(label, "no calls");
        }
        else if (totals != CallTotals.None)
        {
            var failed = totals.Failed == 0 ? "" : $" ({totals.Failed} failed)";
            output.Fact(label, $"{Printable.Count(totals.Calls, "call")} made{failed}, {totals.Answered} answered from the log");
            output.Fact($"{label}, spent", Amount(totals.CostUsd, totals.Tokens));
            output.Fact($"{label}, saved", Amount(totals.SavedUsd, totals.SavedTokens));
        }
    }

    private static string Amount(decimal usd, long tokens) =>
        string.Create(CultureInfo.InvariantCulture, $"{usd:0.00####} USD, {Printable.Count(tokens, "token")}");
}
