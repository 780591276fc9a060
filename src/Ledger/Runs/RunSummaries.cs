using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Makes summaries of states, and answers queries from them.</summary>
internal static class RunSummaries
{
    /// <summary>The summary of a state at a time, by which requests for approval may have expired.</summary>
    public static RunSummary Of(StreamName stream, RunState state, DateTimeOffset now)
    {
        var asked = state.Asked.Where(a => a.ExpiresAt is not { } end || end > now).ToList();
        var waitsFor = state.IsStated ? (RunWait?)null
            : asked.Count > 0 ? RunWait.Approval
            : state.WaitsForBudget ? RunWait.Budget
            : state.Open.Count > 0 ? RunWait.Call
            : null;
        var status = waitsFor is null ? state.Outcome : RunStatus.Waiting;
        var own = state.Own;
        return new RunSummary(stream, new StreamVersion(state.Version), status, state.StartedAt, state.UpdatedAt)
        {
            WaitsFor = waitsFor,
            WaitsUntil = waitsFor == RunWait.Approval && asked.TrueForAll(a => a.ExpiresAt is not null) ? asked.Max(a => a.ExpiresAt) : null,
            Title = state.Title,
            Model = state.Model,
            Error = status == RunStatus.Failed ? state.Error : null,
            Labels = [.. state.Labels],
            Length = new Position(state.PrefixLength + state.Version),
            ModelCalls = state.ModelCalls,
            ToolCalls = state.ToolCalls,
            Usage = state.Prefix is { } prefix ? new RunUsage(prefix.Plus(own), own) : new RunUsage(own, null),
            OpenCalls = [.. state.Open.Select(begun => begun.Call).OrderBy(c => c.Since).ThenBy(c => c.RequestId)],
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
        && (query.ActiveUntil is not { } until || run.UpdatedAt < until);

    private static bool Contains(string? value, string text) =>
        value is not null && AsciiCase.Lower(value).Contains(AsciiCase.Lower(text), StringComparison.Ordinal);
}
