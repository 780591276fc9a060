namespace Ledger.Explorer.Api;

/// <summary>The routes about stores of records.</summary>
internal static class ProjectRoutes
{
    private static readonly ApiParameter RecordId = new("id", "string", "The record's id.", IsRequired: true);
    private static readonly ApiParameter At = new("at", "integer", "Behind which event of the chain; the last unless given.");
    private static readonly ApiParameter AtTime = new("time", "string", "In place of at: as it was at this time.");

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/projects", "Lists the stores of records.", ProjectsResource.ListAsync)
        {
            Query =
            [
                new("text", "string", "What the names contain."),
                new("skip", "integer", "How many to pass over."),
                new("limit", "integer", "How many at most, to 1,000; 100 unless given."),
            ],
            Refusals = [],
        },
        new("GET", "/projects/{project}", "Says where the chain of a store stands, and how many active records it has.", ProjectsResource.ShowAsync),
        new("GET", "/projects/{project}/records", "Reads the records of a store, as they are or were.", ProjectsResource.QueryAsync)
        {
            Query =
            [
                new("record_kind", "string", "The kind of record."),
                new("status", "string", "The status; active unless given, * for any."),
                new("min_confidence", "number", "The least confidence, from 0 to 1."),
                new("for", "string", "any or prompt: those sure enough to be put into a prompt; any unless given."),
                At,
                AtTime,
            ],
            Produces = ["application/json", AcceptedTypes.Lines],
        },
        new("GET", "/projects/{project}/record", "Reads one record, as it is or was.", ProjectsResource.ShowRecordAsync) { Query = [RecordId, At, AtTime] },
        new("GET", "/projects/{project}/history", "Reads the events of the chain that are about a record, a line each.", ProjectsResource.HistoryAsync)
        {
            Query = [RecordId],
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/projects/{project}/events", "Reads the events of the chain, a line each.", ProjectsResource.ReplayAsync)
        {
            Query = [new("from_seq", "integer", "The first event wanted; all of them unless given.")],
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/projects/{project}/verify", "Checks the hash chain of a store.", ProjectsResource.VerifyAsync)
        {
            Query =
            [
                new("depth", "string", "chain, or rows: also compare what answers with the log; chain unless given."),
                new("expect", "string", "A head kept from before, as SEQ:HASH, which the chain must hold."),
            ],
        },
    ];
}
