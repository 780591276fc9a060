using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Runs;

/// <summary>How lists find runs by a text, a model or a label.</summary>
public sealed class RunKeysTests
{
    [Fact]
    public async Task Text_Model_AndLabel_AreLookedUpByKeys_AndARowWithoutThemIsLookedAt()
    {
        await using var own = new LedgerDatabase();
        await own.InitializeAsync();
        var runs = new AgentLedger(own.Store);
        var run = runs.GetRun("keyed");
        await run.AppendAsync([new RunRenamed("Why the Kettle broke"), new LlmResponse("x", "m-7"), new RunFailed("wet")]);
        await run.LabelAsync(["nightly"]);
        await runs.GetRun("other").AppendAsync([new RunRenamed("Kettles")]);

        async Task<string> FoundAsync(RunQuery query) => string.Join(' ', (await runs.Summaries.QueryAsync(query)).Runs.Select(r => r.Stream.Id));
        RunQuery[] queries = [new() { Text = "KETTLE BROKE" }, new() { Model = "m-7" }, new() { Label = "nightly" }, new() { Text = "wet", Model = "m-7", Label = "nightly" }];
        foreach (var query in queries)
        {
            (await FoundAsync(query)).ShouldBe("keyed");
        }

        (await FoundAsync(new RunQuery { Text = "kettle" })).ShouldBe("other keyed");
        (await FoundAsync(new RunQuery { Text = "nowhere at all" })).ShouldBeEmpty();
        await own.ExecuteAsync("update ledger.run_summary set keys = '{1}'");
        (await FoundAsync(queries[0])).ShouldBeEmpty();

        // As a program does that does not know keys.
        await own.ExecuteAsync("update ledger.run_summary set title = 'A kettle broke again' where stream = 'run:other'");
        (await FoundAsync(new RunQuery { Text = "broke again" })).ShouldBe("other");
        (await own.ScalarAsync<long>("select count(*) from ledger.run_summary where keys is null")).ShouldBe(1);
        await own.ExecuteAsync("update ledger.run_summary set keys = null");
        (await FoundAsync(queries[0])).ShouldBe("other keyed");
    }
}
