using Ledger.Explorer.Contracts;

namespace Ledger.Explorer.Api;

/// <summary>The routes that answer questions in SQL and show the contracts of events.</summary>
internal static class QueryRoutes
{
    private static readonly ContractContext Contracts = ContractContext.Default;

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/query", "Answers a question in SQL, read-only: the views events, llm_calls, tool_calls and runs, and functions such as history. 403 unless the application allows it.", QueryResource.AskAsync)
        {
            Json = Contracts.QueryAnswerContract,
            Query =
            [
                new("sql", "string", "One statement that asks: select, with, values, table or explain.", IsRequired: true),
                new("timeout", "integer", "How many seconds the answer may take, up to 300. Default: 30."),
                new("rows", "integer", "The most rows to return, up to 10,000; of large rows fewer, after 16 MiB. Default: 1,000."),
            ],
            Refusals = [403, 404],
        },
        new("GET", "/contracts", "Lists the contracts of events: those that applications declared, and Ledger's own.", QueryResource.ListContractsAsync)
        {
            Json = Contracts.IReadOnlyListNamedContractContract,
            Query =
            [
                new("name", "string", "Only the contract of the events of this name."),
                new("schemas", "string", "on: with the JSON Schema of each. Default: off."),
            ],
            Refusals = [],
        },
        new("GET", "/contracts/document", "Returns all contracts as one document.", QueryResource.ShowDocumentAsync)
        {
            Json = Contracts.ContractDocumentContract,
            Query = [new("form", "string", "schema: a JSON Schema document; asyncapi: AsyncAPI 3.0. Default: schema.")],
            Refusals = [],
        },
    ];
}
