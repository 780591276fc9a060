namespace Ledger.Runs;

/// <summary>What became of a part of an answer that cannot be stored as it is.</summary>
public enum AnswerChangeKind
{
    /// <summary>U+0000, halves of surrogate pairs or bytes that are not UTF-8 were replaced by U+FFFD.</summary>
    Replaced,

    /// <summary>Only the beginning was kept; a note at its end says so.</summary>
    Cut,

    /// <summary>A number out of range, or JSON that is nested too deep, was stored as its text.</summary>
    AsText,
}
