using Ledger.Explorer.Contracts;

namespace Ledger.Mcp.Abilities;

/// <summary>Pages of what merges, cherry-picks and rebases answer: an answer of any length would be refused, although its events are written.</summary>
internal static class MergePages
{
    private static readonly ContractContext Out = ContractContext.Default;

    public static MergePage Of(MergeContract merge, int? skip, int? limit)
    {
        var changes = Fit(merge.Changes);
        var (conflicts, decisions) = (Fit(merge.Conflicts), Fit(merge.Decisions));
        var page = new StepPage(skip, limit)
            .With(changes, Out.MergeChangeContract)
            .With(conflicts, Out.MergeConflictContract)
            .With(decisions, Out.MergeConflictContract);
        var answer = merge with { Changes = page.Slice(changes), Conflicts = page.Slice(conflicts), Decisions = page.Slice(decisions) };
        return new MergePage(answer, conflicts.Count, page.Next);
    }

    public static PickPage Of(CherryPickContract pick, int? skip, int? limit)
    {
        var carried = Fit(pick.Carried);
        var (conflicts, decisions) = (Fit(pick.Conflicts), Fit(pick.Decisions));
        var page = new StepPage(skip, limit)
            .With(carried, Out.CarriedEventContract)
            .With(pick.Missing, Out.MissingEventContract)
            .With(conflicts, Out.MergeConflictContract)
            .With(decisions, Out.MergeConflictContract);
        var answer = pick with
        {
            Carried = page.Slice(carried),
            Missing = page.Slice(pick.Missing),
            Conflicts = page.Slice(conflicts),
            Decisions = page.Slice(decisions),
        };
        return new PickPage(answer, conflicts.Count, pick.Missing.Count, page.Next);
    }

    public static RebasePage Of(RebaseContract rebase, int? skip, int? limit)
    {
        var (carried, squashed) = (Fit(rebase.Carried), Fit(rebase.Squashed));
        var (conflicts, decisions) = (Fit(rebase.Conflicts), Fit(rebase.Decisions));
        var page = new StepPage(skip, limit)
            .With(carried, Out.CarriedEventContract)
            .With(squashed, Out.MergeChangeContract)
            .With(conflicts, Out.MergeConflictContract)
            .With(decisions, Out.MergeConflictContract);
        var answer = rebase with
        {
            Carried = page.Slice(carried),
            Squashed = page.Slice(squashed),
            Conflicts = page.Slice(conflicts),
            Decisions = page.Slice(decisions),
        };
        return new RebasePage(answer, conflicts.Count, page.Next);
    }

    private static IReadOnlyList<MergeChangeContract> Fit(IReadOnlyList<MergeChangeContract> all) => [.. all.Select(ToolPage.Fit)];

    private static IReadOnlyList<MergeConflictContract> Fit(IReadOnlyList<MergeConflictContract> all) => [.. all.Select(ToolPage.Fit)];

    private static IReadOnlyList<CarriedEventContract> Fit(IReadOnlyList<CarriedEventContract> all) => [.. all.Select(ToolPage.Fit)];
}
