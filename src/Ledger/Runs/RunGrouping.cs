namespace Ledger.Runs;

/// <summary>By what runs are added up.</summary>
public enum RunGrouping
{
    /// <summary>By the day of their last activity, in UTC, such as <c>2026-11-20</c>; the latest first.</summary>
    Day,

    /// <summary>By the model that they asked last; the most expensive first.</summary>
    Model,

    /// <summary>By their labels; one with several counts for each, and one without is left out; the most expensive first.</summary>
    Label,
}
