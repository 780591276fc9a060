using Ledger.Explorer.Contracts;

namespace Ledger.Explorer.Api;

/// <summary>The routes of record stores.</summary>
internal static class ProjectRoutes
{
    private static readonly ContractContext Contracts = ContractContext.Default;

    private static readonly ApiParameter RecordId = new("id", "string", "The record's id.", IsRequired: true);
    private static readonly ApiParameter At = new("at", "integer", "The event of the chain to read after. Default: the last.");
    private static readonly ApiParameter AtTime = new("time", "string", "Instead of at: the state at this time.");

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/projects", "Lists the record stores.", ProjectsResource.ListAsync)
        {
            Json = Contracts.ProjectPageContract,
            Query =
            [
                new("text", "string", "Text that the name contains."),
                new("after", "string", "The 'next' value of the previous page."),
                new("skip", "integer", "Instead of after: the number of items to skip."),
                new("limit", "integer", "The most items to return, up to 1,000. Default: 100."),
            ],
            Refusals = [],
        },
        new("GET", "/projects/{project}", "Returns the head of a store's chain and its number of active records.", ProjectsResource.ShowAsync) { Json = Contracts.ProjectContract },
        new("GET", "/projects/{project}/records", "Reads the records of a store, as they are now or were earlier.", ProjectsResource.QueryAsync)
        {
            Query =
            [
                new("record_kind", "string", "The kind of record."),
                new("status", "string", "The status; * for any. Default: active."),
                new("min_confidence", "number", "The lowest confidence, from 0 to 1."),
                new("for", "string", "any, or prompt for records certain enough to put into a prompt. Default: any."),
                At,
                AtTime,
            ],
            Json = Contracts.IReadOnlyListRecordContract,
            Line = Contracts.RecordContract,
            Produces = ["application/json", AcceptedTypes.Lines],
        },
        new("GET", "/projects/{project}/record", "Reads one record, as it is now or was earlier.", ProjectsResource.ShowRecordAsync) { Json = Contracts.RecordContract, Query = [RecordId, At, AtTime] },
        new("GET", "/projects/{project}/history", "Reads the events of the chain about a record, one per line.", ProjectsResource.HistoryAsync)
        {
            Line = Contracts.ChainEventContract,
            Query = [RecordId],
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/projects/{project}/events", "Reads the events of the chain, one per line.", ProjectsResource.ReplayAsync)
        {
            Line = Contracts.ChainEventContract,
            Query = [new("from_seq", "integer", "The first seq to read. Default: all events.")],
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/projects/{project}/verify", "Checks the hash chain of a store.", ProjectsResource.VerifyAsync)
        {
            Json = Contracts.VerdictContract,
            Query =
            [
                new("depth", "string", "chain, or rows to also compare the rows that queries read with the log. Default: chain."),
                new("expect", "string", "A head saved earlier, as SEQ:HASH, which the chain must contain."),
            ],
        },
    ];
}
