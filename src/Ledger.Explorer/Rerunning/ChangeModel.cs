namespace Ledger.Explorer.Rerunning;

/// <summary>The form that changes an event.</summary>
/// <param name="Stream">The run or branch.</param>
/// <param name="Event">The event as it is there.</param>
/// <param name="Json">The data in the form.</param>
/// <param name="Name">The label in the form, or null.</param>
/// <param name="Fault">Why the form was not taken; null if it was not sent yet.</param>
/// <param name="HasRunner">Whether the application has a runner.</param>
internal sealed record ChangeModel(StreamName Stream, RecordedEvent Event, string Json, string? Name, string? Fault, bool HasRunner)
{
    /// <summary>The largest data, in bytes, that is edited in a page.</summary>
    public const int MostEdited = 256 * 1024;

    public Position Position => Event.Position!.Value;
}

/// <summary>A branch that the runner did not run on.</summary>
/// <param name="Stream">The branch, which is there.</param>
/// <param name="Reason">Why not, as a sentence.</param>
internal sealed record NotRunModel(StreamName Stream, string Reason);
