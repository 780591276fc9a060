using FsCheck;
using FsCheck.Fluent;
using Ledger.Conformance.Files;
using Ledger.Log;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>What is exported and imported again is the same history, for every tree of forks.</summary>
public abstract class ExportLawTests(ITestEngine engine) : ImportTests(engine)
{
    [Fact]
    public Task Export_AnyTree_ImportsAsTheSame() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 8), RoundTripAsync, times: Scale.Of(10, 300));

    private static Gen<(int History, int At, int Count)> Steps() =>
        from history in Gen.Choose(0, 1_000)
        from at in Gen.Choose(-1, 1_000)
        from count in Gen.Choose(0, 4)
        select (history, at, count);

    // Each step forks one of the histories so far (unless "at" is negative) and appends to it.
    private async Task RoundTripAsync((int History, int At, int Count)[] steps)
    {
        var runs = new List<Run> { Runs.GetRun(NewId()) };
        await runs[0].AppendAsync(Recording(2));
        for (var step = 0; step < steps.Length; step++)
        {
            var (history, at, count) = steps[step];
            var run = runs[history % runs.Count];
            var length = (await run.GetLengthAsync()).Value;
            if (at >= 0)
            {
                run = await run.ForkAsync(new Position(at % (length + 1)));
                runs.Add(run);
            }

            var last = (await run.ReadAllAsync())[^1];
            await run.AppendAsync([.. Enumerable.Range(0, count).Select(n => Event(step, n, last))]);
        }

        await ShouldImportTheSameAsync(runs);
    }

    private static NewEvent Event(int step, int n, RecordedEvent last) => new(Labelled($"{step}-{n}"), new EventMetadata
    {
        ForeignId = n % 2 == 0 ? $"{step}-{n}" : null,
        Causes = n % 3 == 0 ? [last.Id] : [],
        ForeignCauses = n > 0 ? [$"{step}-{n - 1}", "gone"] : [],
        Actor = n % 2 == 0 ? null : "ä \"quoted\" actor",
        OccurredAt = n == 3 ? DateTimeOffset.UnixEpoch.AddTicks(step) : null,
    });
}
