using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Marten.Tests.Projections;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Samples;

/// <summary>The samples of the README that need Marten.</summary>
public sealed class InMarten(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public async Task Append_ThroughMarten_RunsItsProjections()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        var connectionString = database.ConnectionString;

        // sample: Marten
        services.AddMarten(options =>
        {
            options.Connection(connectionString);
            options.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Inline);
        }).AddLedger();
        // end of sample
        await using var provider = services.BuildServiceProvider();

        // sample: an append that Marten projects
        var run = provider.GetRequiredService<AgentLedger>().GetRun("order-7");
        await run.AppendAsync([new ObjectCreated("order-7", "Order", new JsonObject { ["state"] = "placed" })]);

        await using var session = provider.GetRequiredService<IDocumentStore>().QuerySession();
        var counts = await session.LoadAsync<RunCounts>("run:order-7");    // up to date, because it is inline
        var events = await session.Events.FetchStreamAsync("run:order-7");
        // end of sample
        counts!.Created.ShouldBe(1);
        events.Single().Data.ShouldBeOfType<ObjectCreated>();
    }

    [Fact]
    public async Task Append_InASession_IsWrittenWithItsDocuments()
    {
        var store = database.CreateDocumentStore();
        await using var session = store.LightweightSession();

        // sample: a document and an event
        session.Store(new Order("order-8", "placed"));
        await session.Ledger().GetRun("order-8").AppendAsync([new ObjectCreated("order-8", "Order", [])]);
        await session.SaveChangesAsync();    // the document and the event, or neither
        // end of sample
        (await session.LoadAsync<Order>("order-8")).ShouldNotBeNull();
        (await session.Events.FetchStreamAsync("run:order-8")).Count.ShouldBe(1);
    }
}
