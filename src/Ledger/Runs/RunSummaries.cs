using System.Globalization;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Makes summaries of states, and answers queries from them.</summary>
internal static class RunSummaries
{
    private const int MostGroups = 1_000;

    /// <summary>The prefixes of the streams that are runs and branches.</summary>
    public static readonly string[] Prefixes = ["run:", "branch:"];

    /// <summary>The summary of a state at a time, by which requests for approval may have expired.</summary>
    public static RunSummary Of(StreamName stream, RunState state, DateTimeOffset now)
    {
        var asked = state.Asked.Where(a => a.ExpiresAt is not { } end || end > now).ToList();
        var waitsFor = state.IsStated ? (RunWait?)null
            : asked.Count > 0 ? RunWait.Approval
            : state.WaitsForBudget ? RunWait.Budget
            : state.Open.Exists(begun => !begun.IsRepeated) ? RunWait.Call
            : null;
        var status = waitsFor is null ? state.Outcome : RunStatus.Waiting;
        var own = state.Own;
        return new RunSummary(stream, new StreamVersion(state.Version), status, state.StartedAt, state.UpdatedAt)
        {
            RecordedDuration = state.OccurredUntil - state.OccurredFrom,
            WaitsFor = waitsFor,
            WaitsUntil = waitsFor == RunWait.Approval && asked.TrueForAll(a => a.ExpiresAt is not null) ? asked.Max(a => a.ExpiresAt) : null,
            Title = state.Title ?? state.Question,
            GivenTitle = state.IsNamed ? state.Title : null,
            Model = state.Model,
            Error = status == RunStatus.Failed ? state.Error : null,
            Labels = [.. state.Labels],
            Length = new Position(state.PrefixLength + state.Version),
            ModelCalls = state.ModelCalls,
            ToolCalls = state.ToolCalls,
            Usage = state.Prefix is { } prefix ? new RunUsage(prefix.Plus(own).Sum, own.Sum) : new RunUsage(own.Sum, null),
            OpenCalls = [.. state.Open.Select(begun => begun.Call).OrderBy(c => c.Since).ThenBy(c => c.RequestId)],
            AskedApprovals = [.. asked.Select(a => a.Id)],
        };
    }

    /// <summary>Whether a query wants a run.</summary>
    public static bool IsWanted(RunQuery query, RunSummary run) =>
        (query.Status is not { } status || run.Status == status)
        && (query.Text is not { } text || Contains(run.Stream.Value, text) || Contains(run.Title, text) || Contains(run.Error, text))
        && (query.Label is not { } label || run.Labels.Contains(label, StringComparer.Ordinal))
        && (query.Model is not { } model || run.Model == model)
        && (query.State is not { } state || run.State == state)
        && (query.ActiveSince is not { } since || run.UpdatedAt >= since)
        && (query.ActiveUntil is not { } until || run.UpdatedAt < until)
        && (query.MinCostUsd is not { } least || run.OwnUsage.CostUsd >= least)
        && (query.MaxCostUsd is not { } most || run.OwnUsage.CostUsd <= most)
        && (query.MinDuration is not { } shortest || run.Duration >= shortest)
        && (query.MaxDuration is not { } longest || run.Duration <= longest)
        && (query.MinTokens is not { } fewest || run.OwnUsage.Tokens >= fewest)
        && (query.MaxTokens is not { } greatest || run.OwnUsage.Tokens <= greatest);

    /// <summary>Runs added up, in the order of <see cref="RunGrouping"/>.</summary>
    public static IReadOnlyList<RunTotals> AddUp(IReadOnlyList<RunSummary> runs, RunGrouping by)
    {
        var totals = runs
            .SelectMany(run => GroupsOf(run, by).Select(group => (group, run)))
            .GroupBy(counted => counted.group, counted => counted.run)
            .Select(group => new RunTotals(
                group.Key,
                group.LongCount(),
                group.LongCount(run => run.Status == RunStatus.Failed),
                group.Sum(run => run.ModelCalls + run.ToolCalls),
                group.Sum(run => run.OwnUsage.Tokens),
                group.Sum(run => run.OwnUsage.CostUsd)));
        var sorted = by == RunGrouping.Day
            ? totals.OrderByDescending(total => total.Group, StringComparer.Ordinal)
            : totals.OrderByDescending(total => total.CostUsd).ThenBy(total => total.Group is null).ThenBy(total => total.Group ?? "", CodePointComparer.Instance);
        return [.. sorted.Take(MostGroups)];
    }

    private static IEnumerable<string?> GroupsOf(RunSummary run, RunGrouping by) => by switch
    {
        RunGrouping.Day => [run.UpdatedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)],
        RunGrouping.Model => [run.Model],
        _ => (IEnumerable<string?>)run.Labels,
    };

    private static bool Contains(string? value, string text) =>
        value is not null && AsciiCase.Lower(value).Contains(AsciiCase.Lower(text), StringComparison.Ordinal);
}
