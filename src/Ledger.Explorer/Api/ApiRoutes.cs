using Ledger.Explorer.Projections;

namespace Ledger.Explorer.Api;

/// <summary>The routes of version 1. What is here is served and documented; nothing else is.</summary>
internal static class ApiRoutes
{
    private static readonly ApiParameter From = new("from", "integer", "The position of the first event.");
    private static readonly ApiParameter To = new("to", "integer", "The position behind the last event.");
    private static readonly ApiParameter At = new("at", "integer", "After how many events; all of them unless given.");
    private static readonly ApiParameter ObjectId = new("id", "string", "The object's id.", IsRequired: true);
    private static readonly ApiParameter RecordId = new("id", "string", "The record's id.", IsRequired: true);
    private static readonly ApiParameter A = new("a", "string", "The stream to begin from, such as run:first.", IsRequired: true);
    private static readonly ApiParameter B = new("b", "string", "The stream to arrive at.", IsRequired: true);

    private static readonly ApiParameter[] Filter =
    [
        new("type", "string", "The name of the type; several with commas, a star at the end for all that begin so."),
        new("actor", "string", "The actor."),
        new("text", "string", "What the data contains within one value or name."),
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
            Produces = ["application/json", "application/x-ndjson", "text/event-stream"],
        },
        new("POST", "/streams/{stream}/events", "Appends events, in the form of event files; application/x-ndjson has one a line.", EventsResource.AppendAsync)
        {
            Query = [new("expected_length", "integer", "For lines: the length that the history must have.")],
            Body =
            [
                new("events", "array", "The events.", IsRequired: true),
                new("expected_length", "integer", "The length that the history must have."),
            ],
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/streams/{stream}/events/{event}", "Reads one event, by its position or id.", EventsResource.ShowAsync),
        new("GET", "/streams/{stream}/events/{event}/trace", "Follows its causes or effects.", EventsResource.TraceAsync)
        {
            Query = [new("direction", "string", "causes or effects; causes unless given.")],
        },
        new("GET", "/streams/{stream}/export", "Writes the history as an event file, which import reads.", ExportResource.SendAsync)
        {
            Produces = ["application/x-ndjson"],
        },
        new("GET", "/streams/{stream}/world", "Folds the world at a position.", WorldsResource.ShowAsync) { Query = [At], Refusals = [404, 422] },
        new("GET", "/streams/{stream}/object", "Reads one object of the world.", WorldsResource.ShowObjectAsync)
        {
            Query = [ObjectId, At],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/neighbours", "Reads what is within some steps of relations around an object.", WorldsResource.ShowNeighboursAsync)
        {
            Query = [ObjectId, new("depth", "integer", "How many steps, to 10; 1 unless given."), At],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/blame", "Names the events that made and changed an object.", WorldsResource.BlameAsync)
        {
            Query = [ObjectId, new("property", "string", "One property alone.")],
            Refusals = [404, 422],
        },
        new("GET", "/streams/{stream}/replay", "Folds the history anew and compares with the kept forms.", WorldsResource.ReplayAsync)
        {
            Query = [At],
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
            ],
            Refusals = [404, 422],
        },
        new("GET", "/log", "Reads the log across all streams, in its order, a line each.", LogResource.ListAsync)
        {
            Query =
            [
                new("after", "integer", "The sequence number to begin behind."),
                new("limit", "integer", "How many at most, to 10,000; 1,000 unless given."),
            ],
            Produces = ["application/x-ndjson"],
            Refusals = [],
        },
        new("GET", "/projects/{project}/records", "Reads the records of a store.", ProjectsResource.QueryAsync)
        {
            Query =
            [
                new("record_kind", "string", "The kind of record."),
                new("status", "string", "The status; active unless given."),
                new("min_confidence", "number", "The least confidence, from 0 to 1."),
            ],
        },
        new("GET", "/projects/{project}/record", "Reads one record.", ProjectsResource.ShowAsync)
        {
            Query = [RecordId, new("at", "integer", "Behind which event of the chain; the last unless given.")],
        },
        new("GET", "/projects/{project}/history", "Reads the events of the chain that are about a record, a line each.", ProjectsResource.HistoryAsync)
        {
            Query = [RecordId],
            Produces = ["application/x-ndjson"],
        },
        new("GET", "/projects/{project}/verify", "Checks the hash chain of a store.", ProjectsResource.VerifyAsync),
        new("GET", "/projections", "Lists what is derived from the log: state, lag, dead letters, rebuilds begun from here.", ProjectionsReader.ListAsync),
        new("POST", "/projections/{projection}/rebuild", "Begins a rebuild, which goes on by itself.", ProjectionsReader.RebuildAsync)
        {
            Body = [],
            Success = 202,
            Refusals = [403, 404, 409, 415],
        },
        new("GET", "/divergence", "Finds where two histories part.", WorldsResource.DivergenceAsync) { Query = [A, B] },
    ];
}
