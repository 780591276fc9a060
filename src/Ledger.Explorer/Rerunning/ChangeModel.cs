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

    /// <summary>Whether events of a type say what a branch is made of, and cannot be changed.</summary>
    public static bool IsStructure(string type) => type is "branch.created" or "branch.merged" or "branch.picked" or "branch.rebased";

    public Position Position => Event.Position!.Value;
}

/// <summary>A run or branch for which the runner did not accept a request.</summary>
/// <param name="Stream">The run or branch, which is there.</param>
/// <param name="Length">The length from which it was asked to run on.</param>
/// <param name="Reason">Why not, as sentences.</param>
internal sealed record NotRunModel(StreamName Stream, Position Length, string Reason);
