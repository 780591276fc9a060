namespace Ledger.Explorer.Steps;

/// <summary>The steps that the whole took as long as: the last one that ended, before it the last one that had ended when it began, and so on; within a step likewise.</summary>
/// <remarks>If a step of them had been shorter, the whole could have been; one beside them could not.</remarks>
internal static class CriticalPath
{
    /// <summary>The steps of the path, each with its own time on it: that of the steps within it is theirs.</summary>
    public static IReadOnlyDictionary<RunStep, TimeSpan> Of(IReadOnlyList<RunStep> steps, StepTimes times)
    {
        var path = new Dictionary<RunStep, TimeSpan>();
        var all = steps.ToHashSet();
        var within = steps.Where(step => step.Parent is { } parent && all.Contains(parent)).ToLookup(step => step.Parent!);
        var open = new Stack<RunStep>();
        Walk([.. steps.Where(step => step.Parent is not { } parent || !all.Contains(parent))], times.BeganAt, times.EndedAt);
        while (open.TryPop(out var step))
        {
            path[step] = Walk([.. within[step]], step.BeganAt, times.EndOf(step));
        }

        return path;

        // The time that no step of the path takes.
        TimeSpan Walk(List<RunStep> inner, DateTimeOffset begin, DateTimeOffset end)
        {
            var own = TimeSpan.Zero;
            foreach (var step in inner.OrderByDescending(times.EndOf).ThenByDescending(step => step.BeganAt))
            {
                if (times.EndOf(step) is var ended && ended <= end && step.BeganAt >= begin && ended > step.BeganAt)
                {
                    own += end - ended;
                    end = step.BeganAt;
                    open.Push(step);
                }
            }

            return own + (end > begin ? end - begin : TimeSpan.Zero);
        }
    }
}
