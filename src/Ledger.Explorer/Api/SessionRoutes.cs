using Ledger.Explorer.Contracts;

namespace Ledger.Explorer.Api;

/// <summary>The routes of sessions.</summary>
internal static class SessionRoutes
{
    private static readonly ContractContext Contracts = ContractContext.Default;

    private static readonly ApiParameter After = new("after", "string", "The 'next' value of the previous page.");
    private static readonly ApiParameter Limit = new("limit", "integer", "The most items to return, up to 1,000. Default: 100.");

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/sessions", "Lists the sessions of all projects, sorted by project and session.", SessionsResource.ListAllAsync)
        {
            Json = Contracts.SessionPageContract,
            Query = [After, Limit],
            Refusals = [],
        },
        new("GET", "/sessions/{project}", "Lists the sessions of a project, sorted by name.", SessionsResource.ListAsync)
        {
            Json = Contracts.SessionPageContract,
            Query = [new("prefix", "string", "Only sessions whose names begin with this text."), After, Limit],
            Refusals = [],
        },
        new("GET", "/sessions/{project}/{session}/entries", "Reads the entries of a session in their order: a page as JSON, or all of them one per line.", SessionsResource.ReadAsync)
        {
            Json = Contracts.SessionEntriesContract,
            Line = Contracts.SessionEntryContract,
            Query = [new("from", "integer", "The position to begin at: the 'next' value of the previous page."), Limit],
            Produces = ["application/json", AcceptedTypes.Lines],
        },
        new("POST", "/sessions/{project}/{session}/entries", "Appends entries to a session; those that it has already are not written again.", SessionsResource.AppendAsync)
        {
            Json = Contracts.AppendedEntriesContract,
            Body = Contracts.AppendEntriesRequest,
            Refusals = [403, 409, 415, 507],
        },
    ];
}
