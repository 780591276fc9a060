namespace Ledger.Files;

/// <summary>A recording of SWE-agent, ready to be imported: a run, and its other attempts as branches.</summary>
public sealed class TrajectoryRecording
{
    internal TrajectoryRecording(IReadOnlyList<EventRecording> recordings, IReadOnlyList<KeyValuePair<string, long>> leftOut)
    {
        Recordings = recordings;
        LeftOut = leftOut;
    }

    /// <summary>The run, and then a branch for each other attempt, in the order of the file.</summary>
    public IReadOnlyList<EventRecording> Recordings { get; }

    /// <summary>The parts of the file that no event carries: member names with counts, sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> LeftOut { get; }
}
