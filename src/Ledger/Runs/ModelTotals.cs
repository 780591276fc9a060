namespace Ledger.Runs;

/// <summary>Adds up what the calls of each model used. Not safe for concurrent use.</summary>
internal sealed class ModelTotals
{
    private readonly Dictionary<(string Kind, string? Model, string? Provider), ModelUsage> _usage = [];

    public void Add(string kind, CallCost cost, TimeSpan? duration)
    {
        var key = (kind, cost.Model, cost.Provider);
        _usage[key] = (_usage.GetValueOrDefault(key) ?? new ModelUsage(kind, cost.Model, cost.Provider)).Plus(cost, duration);
    }

    public IReadOnlyList<ModelUsage> All() =>
    [
        .. _usage.Values
            .OrderBy(u => u.Kind, StringComparer.Ordinal).ThenBy(u => u.Model, StringComparer.Ordinal).ThenBy(u => u.Provider, StringComparer.Ordinal),
    ];
}
