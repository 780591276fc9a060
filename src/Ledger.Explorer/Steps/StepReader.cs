using Ledger.Explorer.Contracts;
using Ledger.Explorer.Api;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Log;
using Ledger.Tasks;

namespace Ledger.Explorer.Steps;

/// <summary>Reads the steps of a run with their durations and costs.</summary>
internal static class StepReader
{
    // With large prompts a part ends earlier: after 16 MB.
    private const int MostEvents = 5_000;
    private const int MostSteps = 400;

    // How far beyond a part the ends of its steps are looked for, in events and in reads, which large events end early; and at least what they cost, which may be stated after them.
    private const int MostBeyond = 20_000;
    private const int LeastBeyond = 200;
    private const int MostReadsBeyond = 4;
    private const int MostTasks = 100;

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
        DateTimeOffset last = default;
        void Take(IReadOnlyList<RecordedEvent> events)
        {
            foreach (var recorded in events)
            {
                fold.Take(recorded);

                // What people do to a run, such as labels, states no time of its own: by that clock it is no part of it.
                last = (!isOccurred || recorded.Metadata.OccurredAt is not null) && TimeOf(recorded) is var time && time > last ? time : last;
            }
        }

        Take(page.Events);
        var to = fold.Steps.Count > MostSteps ? fold.Steps[MostSteps].Begin : page.Next;
        var shown = fold.Steps.Where(step => step.Begin < to).ToList();
        var reads = 0;
        for (var next = page.Next; next < length && next.Value < page.Next.Value + MostBeyond && reads < MostReadsBeyond; reads++)
        {
            var isNeeded = shown.Exists(step => step.State == StepState.Open);
            if (!isNeeded && next > page.Next)
            {
                break;
            }

            var beyond = await EventReader
                .ReadAsync(request.Explorer, run, EventFilter.None, next, length, isNeeded ? MostEvents : LeastBeyond, request.Aborted).ConfigureAwait(false);
            Take(beyond.Events);
            next = beyond.Next;
        }

        await SettleTasksAsync(request, run, from, shown).ConfigureAwait(false);
        return new StepsModel
        {
            Stream = stream,
            Length = length,
            From = from,
            To = to,
            IsOccurred = isOccurred,
            HasOccurred = hasOccurred,
            IsClockGiven = hasOccurred || request.Query.Text("clock") is not null,
            Steps = [.. InTreeOrder(shown)],
            Times = StepTimes.Of(shown, last),
        };
    }

    // A call of a task is shown where it began, in the state that the task has it in.
    private static async Task SettleTasksAsync(ExplorerRequest request, Run run, Position from, List<RunStep> shown)
    {
        var tasks = request.Explorer.Ledger.Store.Get<ITaskReader>();
        foreach (var step in shown.Where(step => step.Kind == "task").Take(MostTasks).ToList())
        {
            var before = new EventQuery { CallId = step.CallId, From = new Position(Math.Max(0, from.Value - MostBeyond)), To = from, Limit = 1 };
            if (from > Position.Start
                && await request.Explorer.Search.FindEventsAsync(run.History, before, request.Aborted).ConfigureAwait(false) is { Events.Count: > 0 })
            {
                shown.Remove(step);
                continue;
            }

            var call = tasks is null ? null : await tasks.FindCallAsync(step.CallId!, request.Aborted).ConfigureAwait(false);
            step.SettleTask(call?.Status);
        }
    }

    private static IEnumerable<RunStep> InTreeOrder(List<RunStep> steps)
    {
        // A step around it that an earlier part shows is no part of this one.
        var known = steps.ToHashSet();
        foreach (var step in steps.Where(step => step.Parent is { } parent && !known.Contains(parent)))
        {
            step.Parent = null;
        }

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
