using Ledger.Log;

namespace Ledger.Marten.Tests.Aggregates;

/// <summary>An aggregate of the application: a line for each event, in order, until it is deleted.</summary>
public sealed partial class Journal
{
    public string Id { get; set; } = "";

    public List<string> Lines { get; set; } = [];

    public void Apply(ObjectCreated created) => Lines.Add($"created {created.Id}");

    public void Apply(ObjectPatched patched) => Lines.Add($"patched {patched.Id}");

    public void Apply(BranchCreated branch) => Lines.Add($"forked at {branch.ForkPosition}");

    public bool ShouldDelete(ObjectRemoved removed) => Lines is not null && removed is not null;

    /// <summary>The same by hand.</summary>
    public static string? Fold(IEnumerable<RecordedEvent> history)
    {
        List<string>? lines = null;
        foreach (var recorded in history)
        {
            var line = recorded.Data switch
            {
                ObjectCreated created => $"created {created.Id}",
                ObjectPatched patched => $"patched {patched.Id}",
                BranchCreated branch => $"forked at {branch.ForkPosition}",
                _ => null,
            };
            lines = recorded.Data is ObjectRemoved ? null : line is null ? lines : [.. lines ?? [], line];
        }

        return lines is null ? null : string.Join(", ", lines);
    }

    public override string ToString() => string.Join(", ", Lines);
}
