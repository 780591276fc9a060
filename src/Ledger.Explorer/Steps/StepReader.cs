using Ledger.Explorer.Contracts;
using Ledger.Explorer.Api;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Log;

namespace Ledger.Explorer.Steps;

/// <summary>Reads the steps of a run with their durations and costs.</summary>
internal static class StepReader
{
    // With large prompts a part ends earlier: after 16 MB.
    private const int MostEvents = 5_000;
    private const int MostSteps = 400;

    public static async Task<Page> ReadAsync(ExplorerRequest request) =>
        Page.Of<StepsPage>(await ReadAsync(request, await request.OpenRunAsync().ConfigureAwait(false)).ConfigureAwait(false));

    /// <summary>The same for programs.</summary>
    public static async Task SendAsync(ExplorerRequest request)
    {
        var model = await ReadAsync(request, await StreamResource.OpenAsync(request).ConfigureAwait(false)).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, StepPageContract.Of(model), ContractContext.Default.StepPageContract).ConfigureAwait(false);
    }

    private static async Task<StepsModel> ReadAsync(ExplorerRequest request, Run run)
    {
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var length = run.History.LengthAt(stream.Version);
        var from = request.Query.Position("from") ?? Position.Start;
        if (from > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, from, length);
        }

        var page = await EventReader.ReadAsync(request.Explorer, run, EventFilter.None, from, length, MostEvents, request.Aborted).ConfigureAwait(false);
        var hasOccurred = page.Events.Any(e => e.Metadata.OccurredAt is not null);
        var isOccurred = request.Query.Choice("clock", "auto", "auto", "recorded", "occurred") switch
        {
            "recorded" => false,
            "occurred" => true,
            _ => hasOccurred && page.Events.Where(e => StepFold.Begins(e.Type)).All(e => e.Metadata.OccurredAt is not null),
        };
        DateTimeOffset TimeOf(RecordedEvent recorded) => isOccurred ? recorded.Metadata.OccurredAt ?? recorded.Timestamp : recorded.Timestamp;
        var fold = new StepFold(TimeOf);
        foreach (var recorded in page.Events)
        {
            fold.Take(recorded);
        }

        var shown = fold.Steps.Take(MostSteps).ToList();

        // What people do to a run, such as labels, states no time of its own: by that clock it is no part of it.
        var clocked = page.Events.Where(e => !isOccurred || e.Metadata.OccurredAt is not null).Select(TimeOf);
        var times = StepTimes.Of(shown, clocked.DefaultIfEmpty().Max());
        return new StepsModel
        {
            Stream = stream,
            Length = length,
            From = from,
            To = fold.Steps.Count > MostSteps ? fold.Steps[MostSteps].Begin : page.Next,
            IsOccurred = isOccurred,
            HasOccurred = hasOccurred,
            Steps = [.. InTreeOrder(shown)],
            Times = times,
        };
    }

    private static IEnumerable<RunStep> InTreeOrder(List<RunStep> steps)
    {
        var within = steps.Where(step => step.Parent is not null).ToLookup(step => step.Parent!);
        var left = new Stack<RunStep>(steps.Where(step => step.Parent is null).Reverse());
        while (left.TryPop(out var step))
        {
            yield return step;
            foreach (var child in within[step].Reverse())
            {
                left.Push(child);
            }
        }
    }
}
