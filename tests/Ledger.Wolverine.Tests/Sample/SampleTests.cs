using System.Net.Http.Json;
using Ledger.Wolverine.Messages;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>The sample application: commands by HTTP, its own document, projections, a fork, and its admin commands.</summary>
public sealed class SampleTests(SampleDatabase database) : IClassFixture<SampleDatabase>
{
    [Fact]
    public async Task Sample_HandlesCommands_AndItsAdminCommandRebuilds()
    {
        using (var sample = await SampleProcess.StartAsync(database.ConnectionString))
        {
            await sample.PostAsync("/runs/kettle/claims", new { Id = "c-1", Text = "Water boils at 100 °C." });
            await sample.PostAsync("/runs/kettle/claims", new { Id = "c-2", Text = "Not on a mountain." });
            await sample.PostAsync("/runs/kettle/claims", new { Id = "c-2", Text = "Once more." });
            var forked = await sample.Http.PostAsJsonAsync("/runs/kettle/forks", new { Id = "valley", At = 1 });
            (await forked.Content.ReadFromJsonAsync<RunForked>()).ShouldBe(new RunForked("branch:valley", "run:kettle", 1));

            // Forwarded and cascaded, after the answer.
            await database.WaitAsync("select count(*) = 2 from mt_doc_notice");
            await database.WaitAsync("select count(*) = 3 from mt_doc_casefile");
            await database.WaitAsync("select count(*) = 2 from ledger.mt_doc_ledger_world");
            (await sample.Http.GetStringAsync("/runs/kettle"))
                .ShouldBe("""{"objects":2,"claims":2,"lastClaim":"c-2","notices":["c-1","c-2"]}""");
        }

        var board = await database.AskAsync<string>("select data ->> 'Claims' from mt_doc_board where id = 'run:kettle'");
        await database.ExecuteAsync("update mt_doc_board set data = jsonb_set(data, '{Claims}', '7')");
        await database.ExecuteAsync("update ledger.mt_doc_ledger_world set data = '{}'");
        foreach (var projection in new[] { "Board", "ledger_world" })
        {
            var (code, output) = await SampleProcess.RunAsync(
                database.ConnectionString, AppContext.BaseDirectory, "projections", "rebuild", "--projection", projection);
            code.ShouldBe(0, output);
        }

        (await database.AskAsync<string>("select data ->> 'Claims' from mt_doc_board where id = 'run:kettle'")).ShouldBe(board);
        (await database.AskAsync<long>("select count(*) from ledger.mt_doc_ledger_world where data <> '{}'")).ShouldBe(2);
    }
}
