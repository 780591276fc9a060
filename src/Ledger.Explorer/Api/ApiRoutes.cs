using Ledger.Explorer.Projections;

namespace Ledger.Explorer.Api;

/// <summary>The routes of version 1. What is here is served and documented; nothing else is.</summary>
internal static class ApiRoutes
{
    private static readonly ApiParameter From = new("from", "integer", "The position of the first event.");
    private static readonly ApiParameter To = new("to", "integer", "The position behind the last event.");
    private static readonly ApiParameter At = new("at", "integer", "After how many events; all of them unless given.");
    private static readonly ApiParameter AtTime = new("time", "string", "In place of at: as it was at this time, such as 2026-11-20T10:00Z.");
    private static readonly ApiParameter Faults = new(
        "faults", "string", "skip: the world goes on without events that cannot be applied, and lists them; throw: the first is an error. skip unless given.");

    private static readonly ApiParameter Limit = new("limit", "integer", "How many at most, to 1,000; 100 unless given.");
    private static readonly ApiParameter ObjectId = new("id", "string", "The object's id.", IsRequired: true);
    private static readonly ApiParameter A = new("a", "string", "The stream to begin from, such as run:first.", IsRequired: true);
    private static readonly ApiParameter B = new("b", "string", "The stream to arrive at.", IsRequired: true);

    private static readonly ApiParameter[] Filter =
    [
        new("type", "string", "The name of the type; several with commas, a star at the end for all that begin so."),
        new("actor", "string", "The actor."),
        new("text", "string", "What the data contains within one value or name."),
        new("call", "string", "The call of a task that they belong to."),
        new("since", "string", "Events that the log took at this time or later."),
        new("until", "string", "Events that the log took before this time."),
    ];

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/runs", "Lists runs.", RunsResource.ListAsync)
        {
            Query =
            [
                new("text", "string", "What the names contain."),
                new("kind", "string", "runs, branches or all; runs unless given."),
                new("state", "string", "any, open or archived."),
                new("since", "string", "Runs whose last event the log took at this time or later."),
                new("until", "string", "Runs whose last event the log took before this time."),
                new("order", "string", "latest, longest or name."),
                new("skip", "integer", "How many to pass over."),
                new("limit", "integer", "How many at most, to 1,000."),
            ],
            Refusals = [],
        },
        new("POST", "/runs", "Starts a run.", RunsResource.StartAsync)
        {
            Body = [new("id", "string", "Its id; a new one unless given.")],
            Refusals = [403, 409, 415],
        },
        new("GET", "/streams/{stream}", "Describes a run or branch.", StreamResource.ShowAsync),
        new("GET", "/streams/{stream}/usage", "Adds up what its calls cost and saved; reads the whole history.", StreamResource.ShowUsageAsync),
        new("GET", "/streams/{stream}/branches", "Lists what was forked from it, directly or not.", StreamResource.ListBranchesAsync),
        new("POST", "/streams/{stream}/branches", "Forks it: one event, whatever is shared.", StreamResource.ForkAsync)
        {
            Body =
            [
                new("at", "integer", "How many events the branch shares.", IsRequired: true),
                new("id", "string", "The branch's id; a new one unless given."),
                new("name", "string", "A label for people."),
            ],
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/streams/{stream}/events", "Reads events: a page as JSON, all of them a line each, or those to come as they are appended.", EventsResource.ListAsync)
        {
            Query = [From, To, .. Filter, new("limit", "integer", "How many a page has at most, to 1,000.")],
            Produces = ["application/json", AcceptedTypes.Lines, AcceptedTypes.Live],
        },
        new("POST", "/streams/{stream}/events", "Appends events, in the form of event files; application/x-ndjson has one a line.", EventsResource.AppendAsync)
        {
            Query =
            [
                new("expected_length", "integer", "For lines: the length that the history must have."),
                new("validate", "string", "on: events of objects and relations that the world does not take are refused; off: any event is taken. on unless given."),
            ],
            Body =
            [
                new("events", "array", "The events.", IsRequired: true),
                new("expected_length", "integer", "The length that the history must have."),
            ],
            Refusals = [403, 404, 409, 415, 422],
        },
        new("GET", "/events/{event}", "Reads one event by its id, wherever it was written.", EventsResource.ShowAnywhereAsync),
        new("GET", "/branches", "Lists all branches.", StreamResource.ListAllBranchesAsync) { Refusals = [] },
        new("GET", "/streams/{stream}/events/{event}", "Reads one event, by its position or id.", EventsResource.ShowAsync),
        new("GET", "/streams/{stream}/events/{event}/trace", "Follows its causes or effects.", EventsResource.TraceAsync)
        {
            Query = [new("direction", "string", "causes or effects; causes unless given.")],
        },
        new("GET", "/streams/{stream}/export", "Writes the history as an event file, which import reads.", ExportResource.SendAsync)
        {
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/streams/{stream}/world", "Folds the world at a position.", WorldsResource.ShowAsync) { Query = [At, AtTime, Faults], Refusals = [404, 422] },
        new("GET", "/streams/{stream}/objects", "Reads the objects of the world by id: a page as JSON, or all of them a line each.", WorldListsResource.ListObjectsAsync)
        {
            Query =
            [
                new("type", "string", "The type that they have."),
                new("contains", "string", "A JSON object that their properties contain."),
                new("after", "string", "The id behind which they begin: the next of the page before."),
                Limit,
                At,
                AtTime,
            ],
            Produces = ["application/json", AcceptedTypes.Lines],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/relations", "Reads the relations of the world by id, as objects are read.", WorldListsResource.ListRelationsAsync)
        {
            Query =
            [
                new("type", "string", "The type that they have."),
                new("object", "string", "The id of an object that is an end of them."),
                new("direction", "string", "outgoing, incoming or either: at which end the object is; either unless given."),
                new("after", "string", "The id behind which they begin: the next of the page before."),
                Limit,
                At,
                AtTime,
            ],
            Produces = ["application/json", AcceptedTypes.Lines],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/snapshot", "Says which world of it is kept as a document.", StreamResource.ShowSnapshotAsync),
        new("GET", "/streams/{stream}/object", "Reads one object of the world.", WorldsResource.ShowObjectAsync)
        {
            Query = [ObjectId, At, AtTime, Faults],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/neighbours", "Reads what is within some steps of relations around an object.", WorldsResource.ShowNeighboursAsync)
        {
            Query = [ObjectId, new("depth", "integer", "How many steps, to 10; 1 unless given."), At, AtTime, Faults],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/blame", "Names the events that made and changed an object.", WorldsResource.BlameAsync)
        {
            Query =
            [
                ObjectId,
                new("of", "string", "object or relation: whose id it is; object unless given."),
                new("property", "string", "One property alone."),
                Faults,
            ],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/replay", "Folds the history anew and compares with the kept forms.", WorldsResource.ReplayAsync)
        {
            Query = [At, AtTime, Faults with { Meaning = "skip: as worlds do; throw: an event that cannot be applied is an error. throw unless given." }],
            Refusals = [404, 422],
        },
        new("GET", "/diff", "Compares two worlds.", WorldsResource.DiffAsync)
        {
            Query =
            [
                A,
                B,
                new("at_a", "integer", "After how many events of a; all of them unless given."),
                new("at_b", "integer", "After how many events of b; all of them unless given."),
                new("time_a", "string", "In place of at_a: a time."),
                new("time_b", "string", "In place of at_b: a time."),
                Faults,
            ],
            Refusals = [404, 422],
        },
        new("GET", "/log", "Reads the log across all streams, in its order, a line each.", LogResource.ListAsync)
        {
            Query =
            [
                new("after", "integer", "The sequence number to begin behind."),
                new("prefix", "string", "What the names of the streams begin with, such as run:."),
                new("type", "string", "The name of the type."),
                new("since", "string", "Events that the log took at this time or later."),
                new("limit", "integer", "How many at most, to 10,000; 1,000 unless given."),
            ],
            Produces = [AcceptedTypes.Lines],
            Refusals = [],
        },
        .. ProjectRoutes.All,
        .. TaskRoutes.All,
        new("GET", "/projections", "Lists what is derived from the log: state, lag, dead letters, rebuilds begun from here.", ProjectionsReader.ListAsync),
        new("POST", "/projections/{projection}/rebuild", "Begins a rebuild, which goes on by itself.", ProjectionsReader.RebuildAsync)
        {
            Body = [],
            Success = 202,
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/dead-letters", "Lists the events that a projection or subscription could not take, and went on without.", ProjectionsReader.ListDeadLettersAsync)
        {
            Query = [new("projection", "string", "The projection or subscription; all unless given.")],
        },
        new("GET", "/migrations", "Lists the migrations, and which of them the schema has.", MigrationsResource.ListAsync),
        new("GET", "/migrations/differences", "Names every difference between the schema and what the migrations make.", MigrationsResource.CompareAsync),
        new("GET", "/migrations/script", "Writes the SQL of all migrations.", MigrationsResource.SendScriptAsync) { Produces = ["application/sql"] },
        new("GET", "/divergence", "Finds where two histories part.", WorldsResource.DivergenceAsync) { Query = [A, B] },
    ];
}
