namespace Ledger.Log;

/// <summary>How an accepted append came to be in the log.</summary>
public enum AppendOutcome
{
    /// <summary>This call wrote the events.</summary>
    Written,

    /// <summary>An earlier call had written events with these ids; nothing was written, and the answer is the first one.</summary>
    AlreadyWritten,
}
