using Ledger.Runs;
using Shouldly;

namespace Ledger.Conformance.Runs;

/// <content>What the tests do.</content>
public abstract partial class RunSummaryTests
{
    private static string Text(RunSummary run) => $"{run} [{string.Join(',', run.Labels)}] [{string.Join(',', run.OpenCalls)}]"
        .Replace(run.Labels.ToString()!, "", StringComparison.Ordinal).Replace(run.OpenCalls.ToString()!, "", StringComparison.Ordinal);

    private async Task<Run> StartAsync(string id, params object[] events)
    {
        var run = Runs.GetRun(id);
        await run.AppendAsync(events);
        return run;
    }

    private async Task<List<RunSummary>> ListAsync(Run run, RunQuery query) =>
        [.. (await AllAsync(query with { Text = run.Id })).Where(r => r.Stream == run.StreamName)];

    private async Task<IReadOnlyList<RunSummary>> AllAsync(RunQuery query)
    {
        await Runs.Summaries.CatchUpAsync();
        var page = await Runs.Summaries.QueryAsync(query with { Limit = 1_000 });
        (page.Next, page.Behind).ShouldBe((null, 0));
        return page.Runs;
    }
}
