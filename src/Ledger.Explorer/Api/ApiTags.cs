namespace Ledger.Explorer.Api;

/// <summary>The groups in which the OpenAPI document and the page of routes show the routes.</summary>
internal static class ApiTags
{
    /// <summary>The groups in their order, each with what it is about.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        ("Runs", "Runs and branches: lists, totals, titles, labels and costs."),
        ("Events", "Events of a run, branch or the whole log: read, followed, searched, appended, imported, exported, masked."),
        ("Branches", "Forks, comparisons, merges, cherry-picks and rebases."),
        ("Worlds", "The objects and relations of a run at any position."),
        ("Tasks", "Tasks of agents with their calls and messages."),
        ("Records", "Record stores and their hash chains."),
        ("Sessions", "Sessions of coding agents."),
        ("Projections", "Projections, followed event by event; their progress, rebuilds and dead letters."),
        ("Schema", "The migrations of the database, the contracts of events, and the quota of the log."),
    ];

    /// <summary>The group of a route.</summary>
    public static string Of(ApiRoute route) => route.Path.Split('/')[1..] switch
    {
        ["runs", ..] => "Runs",
        ["search" or "log" or "imports" or "otlp" or "events" or "query" or "masks", ..] => "Events",
        ["branches" or "diff" or "divergence", ..] => "Branches",
        ["projects", ..] => "Records",
        ["tasks" or "calls" or "messages" or "recovery", ..] => "Tasks",
        ["sessions", ..] => "Sessions",
        ["projections" or "dead-letters", ..] or ["streams", _, "projections", ..] => "Projections",
        ["migrations" or "contracts" or "quota", ..] => "Schema",
        ["streams", _, "branches" or "pick" or "picks" or "merge" or "merges" or "rebase" or "rebases", ..] => "Branches",
        ["streams", _, "events" or "steps" or "export", ..] => "Events",
        ["streams", _, "world" or "objects" or "relations" or "object" or "neighbours" or "blame" or "replay" or "snapshot", ..] => "Worlds",
        _ => "Runs",
    };
}
