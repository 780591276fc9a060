using Ledger.Postgres.Queries;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The sample of questions in SQL.</summary>
public sealed class Asking(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Sample_Asking_PrintsTheToolsOfAllRuns()
    {
        var (dataSource, output) = (database.DataSource, new List<string>());
        void Print(string line) => output.Add(line);
        await new AgentLedger(database.Store).GetRun("a").AppendAsync([new ToolCalled("sonar"), new ToolCalled("sonar"), new ToolCalled("kettle")]);

        // sample: a question in SQL
        var queries = new SqlQueries(dataSource);
        var question = new SqlQuery("select tool, count(*) from ledger.tool_calls group by tool order by tool") { Timeout = TimeSpan.FromSeconds(5) };
        await using var answer = await queries.AskAsync(question);
        await foreach (var row in answer.ReadAsync())       // as they come, with flat memory
        {
            Print($"{row[0]}: {row[1]}");
        }

        // end of sample
        output.ShouldBe(["kettle: 1", "sonar: 2"]);
    }
}
