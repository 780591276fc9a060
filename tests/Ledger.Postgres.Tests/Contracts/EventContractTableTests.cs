using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Events;
using Ledger.Log;
using Ledger.Log.Contracts;
using Ledger.Postgres.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Contracts;

/// <summary>The contracts in the database, and the applications that declare them.</summary>
public sealed class EventContractTableTests : IAsyncLifetime
{
    private LedgerDatabase _database = null!;

    private EventContractTable Table => new(_database.DataSource);

    public async Task InitializeAsync() => _database = await CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Declare_AddsAVersion_WhereTheContractIsAnother_AndLeavesLedgersOwnOut()
    {
        (await Table.ReadAsync()).ShouldBeEmpty();
        var first = EventContracts.Of(SampleRegistry.First);
        var added = await Table.DeclareAsync(first, EventContractMode.Declare);
        added.Select(Text).ShouldBe(["order-placed.v1 1 False"]);
        (await Table.DeclareAsync(first, EventContractMode.Enforce)).ShouldBeEmpty();
        (await Table.ReadAsync()).Select(Text).ShouldBe(["order-placed.v1 1 True"]);

        // Another text for people is no other contract.
        var described = JsonElement.Parse(first.Find("order-placed.v1")!.Schema.GetRawText().Replace("\"type\":\"object\"", "\"description\":\"d\",\"type\":\"object\"", StringComparison.Ordinal));
        (await Table.DeclareAsync(new EventContracts([new EventContract("order-placed.v1", described)]), EventContractMode.Enforce)).ShouldBeEmpty();

        (await Table.DeclareAsync(EventContracts.Of(SampleRegistry.Second), EventContractMode.Declare)).Select(Text)
            .ShouldBe(["order-placed.v0 1 False", "order-placed.v1 2 False", "order-placed.v2 1 False"]);
        var versions = await Table.ReadVersionsAsync();
        versions.Select(Text).ShouldBe(["order-placed.v0 1 False", "order-placed.v1 1 True", "order-placed.v1 2 False", "order-placed.v2 1 False"]);
        (versions[2].Contract.ReadAs, versions[2].DeclaredBy.Length > 0).ShouldBe(("order-placed.v2", true));
        first.Compare(new EventContracts([versions[1].Contract])).ShouldAllBe(found => found.Kind == ContractBreakKind.EventRemoved);
        await Should.ThrowAsync<ArgumentException>(() => Table.DeclareAsync(first, EventContractMode.Off));
    }

    [Fact]
    public async Task Declare_ByManyNodesAtOnce_AddsOneVersion()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Table.DeclareAsync(EventContracts.Of(SampleRegistry.First), EventContractMode.Enforce)));
        (await Table.ReadVersionsAsync()).Select(Text).ShouldBe(["order-placed.v1 1 True"]);
    }

    [Fact]
    public async Task Count_ReturnsTheNamesOfTheLog()
    {
        await _database.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("k"), new UntypedEvent("b", JsonElement.Parse("1")), new KitLoaded("k")]);
        (await Table.CountAsync()).Select(use => $"{use.Name} {use.Count}").ShouldBe(["b 1", "kit.loaded 2"]);
    }

    [Fact]
    public async Task Application_ThatEnforces_DeclaresAtItsStart_AndHoldsItsAppendsToIt()
    {
        var services = new ServiceCollection();
        services.AddLedger(options => options with { ConnectionString = _database.ConnectionString, Registry = SampleRegistry.First, Contracts = EventContractMode.Enforce });
        await using var provider = services.BuildServiceProvider();
        foreach (var service in provider.GetServices<IHostedService>())
        {
            await service.StartAsync(default);
        }

        (await Table.ReadAsync()).Select(Text).ShouldBe(["order-placed.v1 1 True"]);
        var run = provider.GetRequiredService<AgentLedger>().GetRun("orders");
        await run.AppendAsync([new OrderPlaced("o-1", 5)]);
        var refused = await Should.ThrowAsync<InvalidEventException>(() => run.AppendAsync([new UntypedEvent("order-placed.v1", JsonElement.Parse("""{"order":"o-1"}"""))]));
        refused.Message.ShouldBe("An event 'order-placed.v1' cannot be stored: '/total' of its data is missing. The contract of the event says so. Nothing was written.");
        new PostgresOptions { Registry = SampleRegistry.First, Contracts = EventContractMode.Declare }.Checked().Registry.Validates.ShouldBeFalse();
    }

    private static async Task<LedgerDatabase> CreateAsync()
    {
        var database = new LedgerDatabase();
        await database.InitializeAsync();
        return database;
    }

    private static string Text(DeclaredContract declared) => $"{declared.Contract.Name} {declared.Version} {declared.IsEnforced}";
}
