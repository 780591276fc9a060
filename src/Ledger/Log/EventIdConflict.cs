namespace Ledger.Log;

/// <summary>Why an event id that is in the log already makes an append a refusal and not a repetition.</summary>
public enum EventIdConflict
{
    /// <summary>The stream has some of the append's events and not the others.</summary>
    PartOfAppend,

    /// <summary>Another stream has the id.</summary>
    OtherStream,

    /// <summary>The stream has the id with another type or other JSON.</summary>
    OtherContent,
}
