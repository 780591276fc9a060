namespace Ledger.Files;

/// <summary>What a reader of an event file does with an id that an earlier line has.</summary>
public enum RepeatedIds
{
    /// <summary>The line is refused: the events go to one stream, in which an id occurs once.</summary>
    Refused,

    /// <summary>The line is read: in the recording of a branch, an id may occur once on either side of the fork.</summary>
    Allowed,
}
