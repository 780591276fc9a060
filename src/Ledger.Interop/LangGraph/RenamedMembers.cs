namespace Ledger.Interop.LangGraph;

/// <summary>Counts the members that got another name, because one before them has the same in JSON.</summary>
internal sealed class RenamedMembers
{
    /// <summary>How many.</summary>
    public int Count { get; set; }
}
