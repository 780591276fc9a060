using System.Text.Json.Serialization;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Runs;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The README's sample of an aggregate whose state is kept inline.</summary>
public sealed class InlineSnapshot
{
    [Fact]
    public async Task Sample_Snapshot_IsTrueWhenTheAppendReturns()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);

        // sample: an inline snapshot
        var usage = new Aggregate<Usage>("usage", new Usage(0, 0))
            .On<LlmResponse>((usage, response) => usage with { CostUsd = usage.CostUsd + (response.CostUsd ?? 0) })
            .On<ToolCalled>((usage, _) => usage with { ToolCalls = usage.ToolCalls + 1 });
        var usages = new Snapshot<Usage>(usage, "usage", AppJson.Default.Usage) { StreamPrefix = "run:" };

        var options = new PostgresOptions { Projections = [usages] };
        await new LedgerMigrator(dataSource, options).ApplyAsync();    // also makes the table mt_doc_usage
        await using var store = new PostgresEventStore(dataSource, options);

        var run = StreamName.Run("abc-123");
        await store.AppendAsync(run, ExpectedVersion.Any, [new ToolCalled("search"), new LlmResponse(CostUsd: 0.25m)]);

        var fetched = await store.FetchForWritingAsync(usages, run);
        if (fetched.State.CostUsd >= 0.2m)
        {
            await fetched.AppendAsync([new BudgetExhausted(["max_cost_usd=0.2"])]);    // refused if another writer was faster
        }

        // end of sample
        fetched.State.ShouldBe(new Usage(1, 0.25m));
        (await store.LoadAsync(usages, run)).Version.ShouldBe(new StreamVersion(3));
        (await store.AggregateAsync(usage, run)).ShouldBe(fetched.State);
    }
}

public sealed record Usage(int ToolCalls, decimal CostUsd);

[JsonSerializable(typeof(Usage))]
internal sealed partial class AppJson : JsonSerializerContext;
