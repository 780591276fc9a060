namespace Ledger.Runs;

/// <summary>When a recorded answer answers a request.</summary>
public enum CallReuse
{
    /// <summary>The same request has the same answer, however often it is made in a history. For models, because their answers cost money.</summary>
    Once,

    /// <summary>
    /// The n-th identical request of an attempt has the n-th recorded answer, counted from where the attempt began
    /// (<see cref="Run.BeginAttemptAsync"/>; otherwise the start of the history). Beyond the recorded answers the call is made. So a loop that
    /// polls calls every time, and an agent that is run again is answered. For tools.
    /// </summary>
    ByOccurrence,

    /// <summary>The call is always made, and recorded.</summary>
    Never,
}
