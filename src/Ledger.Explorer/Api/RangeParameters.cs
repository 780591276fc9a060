namespace Ledger.Explorer.Api;

/// <summary>The parameters by what runs cost, how long they took, and how many tokens.</summary>
internal static class RangeParameters
{
    public static IReadOnlyList<ApiParameter> All { get; } =
    [
        new("min_cost", "number", "Only runs whose own calls cost at least so many US dollars."),
        new("max_cost", "number", "Only runs whose own calls cost at most so many US dollars."),
        new("min_duration", "string", "Only runs with at least this time between start and last activity, such as 90s, 5m, 2h or 3d."),
        new("max_duration", "string", "Only runs with at most this time between start and last activity."),
        new("min_tokens", "integer", "Only runs whose own calls took at least so many tokens."),
        new("max_tokens", "integer", "Only runs whose own calls took at most so many tokens."),
    ];
}
