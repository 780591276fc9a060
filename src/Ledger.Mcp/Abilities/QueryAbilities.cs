using Ledger.Bus;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Querying;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Queries;

namespace Ledger.Mcp.Abilities;

/// <summary>Questions in SQL, and the contracts of events, as abilities.</summary>
internal static class QueryAbilities
{
    private const int DefaultRows = 100;
    private const int DefaultSeconds = 30;

    private static readonly AbilityMeta<LogQueryInput, QueryRowsPage> Query = new(
        "log:query",
        "Answers a question to the log in SQL (PostgreSQL), read-only: the views ledger.events, ledger.llm_calls, ledger.tool_calls and ledger.runs, and functions such as ledger.history('run:x').",
        AbilityInputContext.Default.LogQueryInput,
        ToolContractContext.Default.QueryRowsPage);

    private static readonly AbilityMeta<LogContractsInput, ContractsPage> Contracts = new(
        "log:contracts",
        "Lists the names of events with a contract, or the JSON Schema of one: what the data of its events may be.",
        AbilityInputContext.Default.LogContractsInput,
        ToolContractContext.Default.ContractsPage);

    /// <summary>Registers them.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="ledger">The log.</param>
    /// <param name="queries">Answers questions; null where that is not allowed.</param>
    /// <param name="contracts">The contracts that applications declared; null where there is no database for them.</param>
    public static void Register(IAgentBus bus, AgentLedger ledger, SqlQueries? queries, EventContractTable? contracts)
    {
        bus.Register(Contracts, async (input, token) =>
        {
            var rows = await ContractList.RowsAsync(contracts, input.Name, withSchemas: input.Name is not null, token).ConfigureAwait(false);
            return rows.Count > 0 || input.Name is null
                ? new ContractsPage(rows)
                : throw new UsageException($"There is no contract of the name '{input.Name}'. Without 'name', all names are listed.");
        });
        if (queries is null)
        {
            return;
        }

        bus.Register(Query, async (input, token) =>
        {
            try
            {
                var timeout = TimeSpan.FromSeconds(input.Timeout ?? DefaultSeconds);
                var answer = await QueryPage.AskAsync(queries, ledger.Summaries, input.Sql, timeout, input.Limit ?? DefaultRows, token).ConfigureAwait(false);
                return new QueryRowsPage(answer.Columns, answer.Rows, answer.HasMore);
            }
            catch (Exception fault) when (fault is SqlQueryException or TooManyQueriesException)
            {
                throw new UsageException(fault.Message);
            }
        });
    }
}
