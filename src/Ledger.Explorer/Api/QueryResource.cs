using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Querying;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Writing;
using Ledger.Postgres.Queries;

namespace Ledger.Explorer.Api;

/// <summary>Questions in SQL, and the contracts of events.</summary>
internal static class QueryResource
{
    /// <summary>The most characters of a question.</summary>
    public const int MostCharacters = 16_000;

    private const int MostSeconds = 300;

    /// <summary>Answers a question.</summary>
    public static async Task AskAsync(ExplorerRequest request)
    {
        if (request.Explorer.Options.Querying != ExplorerQuerying.Allowed)
        {
            throw new QueryingRefusedException();
        }

        // A question costs more than a page, and pages of other sites can send it.
        Origins.Check(request.Http, request.Explorer.Options.AllowedOrigins);
        var queries = request.Explorer.Queries ?? throw new NotFoundException(
            $"The application has no {nameof(SqlQueries)} in its container; AddLedger registers one.");
        var text = request.Query.Text("sql", MostCharacters) ?? throw new BadRequestException("'sql' is missing: the statement.");
        var timeout = TimeSpan.FromSeconds(request.Query.Number("timeout", 30, 1, MostSeconds));
        var rows = request.Query.Number("rows", 1_000, 1, 10_000);
        var answer = await QueryPage.AskAsync(queries, request.Explorer.Summaries, text, timeout, rows, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.QueryAnswerContract).ConfigureAwait(false);
    }

    /// <summary>Lists the contracts.</summary>
    public static async Task ListContractsAsync(ExplorerRequest request)
    {
        var withSchemas = request.Query.Choice("schemas", "off", "on", "off") == "on";
        var rows = await ContractList.RowsAsync(request.Explorer.Contracts, request.Query.Text("name"), withSchemas, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, rows, ContractContext.Default.IReadOnlyListNamedContractContract).ConfigureAwait(false);
    }

    /// <summary>The contracts as one document.</summary>
    public static async Task ShowDocumentAsync(ExplorerRequest request)
    {
        var form = request.Query.Choice("form", "schema", "schema", "asyncapi");
        var all = await ContractList.AllAsync(request.Explorer.Contracts, request.Aborted).ConfigureAwait(false);
        var text = form == "asyncapi" ? all.ToAsyncApi(request.Explorer.Options.Title, "1.0.0") : all.ToJson();
        await JsonAnswer.SendAsync(request.Http, new ContractDocumentContract(form, JsonElement.Parse(text)), ContractContext.Default.ContractDocumentContract).ConfigureAwait(false);
    }
}
