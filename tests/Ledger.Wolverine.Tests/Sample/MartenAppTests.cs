using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>The program that the README begins with, from its schema and its first request to the rebuild of its projection, and as it goes into production.</summary>
public sealed class MartenAppTests(SampleDatabase database) : IClassFixture<SampleDatabase>
{
    [Fact]
    public async Task MartenApp_AnswersAsTheReadmeSays_AndItsCommandsWork()
    {
        SampleProcess.FilesOfStaticMartenApp().ShouldNotContain(file => file.Contains("CodeAnalysis") || file.Contains("RuntimeCompil"));
        (await SampleProcess.RunMartenAppAsync(database.ConnectionString, "db-assert")).Code.ShouldBe(1, "The database is empty.");
        await RunAsync("db-apply");

        using (var app = await SampleProcess.StartMartenAppAsync(database.ConnectionString))
        {
            await app.PostAsync("/runs/kettle/claims", new { Id = "boiling", Text = "Water boils at 100 °C." });
            await app.PostAsync("/runs/kettle/claims", new { Id = "freezing", Text = "Water freezes at 0 °C." });
            await app.PostAsync("/runs/kettle/forks/mountain/1", "");
            await app.PostAsync("/runs/branch:mountain/claims", new { Id = "boiling", Text = "Water boils at 85 °C." });

            (await app.Http.GetStringAsync("/runs/kettle")).ShouldBe("""{"id":"run:kettle","claims":2}""");
            (await app.Http.GetStringAsync("/runs/branch:mountain")).ShouldBe("""{"id":"branch:mountain","claims":1}""");
            (await app.Http.GetFromJsonAsync<string[]>("/runs/kettle/diff/mountain"))
                .ShouldBe(["boiling /data/text: Water boils at 100 °C. -> Water boils at 85 °C."]);
            (await app.Http.PostAsync("/runs/kettle/forks/late/3", null)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        (await database.AskAsync<string>("select data ->> 'LastClaim' from mt_doc_casefile where id = 'branch:mountain'")).ShouldBe("boiling");
        (await database.AskAsync<long>("select count(*) from ledger.mt_doc_ledger_world")).ShouldBe(2);
        await database.ExecuteAsync("update mt_doc_board set data = jsonb_set(data, '{Claims}', '7')");
        await RunAsync("projections", "rebuild", "--projection", "Board");
        (await database.AskAsync<string>("select string_agg(id || ' ' || (data ->> 'Claims'), ', ' order by id) from mt_doc_board"))
            .ShouldBe("branch:mountain 1, run:kettle 2");

        using (var app = await SampleProcess.StartStaticMartenAppAsync(database.ConnectionString))
        {
            await app.PostAsync("/runs/branch:mountain/claims", new { Id = "freezing", Text = "Water freezes at 0 °C." });
            (await app.Http.GetStringAsync("/runs/branch:mountain")).ShouldBe("""{"id":"branch:mountain","claims":2}""");
            (await app.Http.GetFromJsonAsync<string[]>("/runs/kettle/diff/mountain"))!.Length.ShouldBe(1);
            (await app.Http.PostAsync("/runs/kettle/forks/late/3", null)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        await RunAsync("resources", "check");
        await RunAsync("db-assert");
    }

    private async Task RunAsync(params string[] arguments)
    {
        var (code, output) = await SampleProcess.RunMartenAppAsync(database.ConnectionString, arguments);
        code.ShouldBe(0, $"{string.Join(' ', arguments)}:\n{output}");
    }
}
