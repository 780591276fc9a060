using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Events;
using Ledger.Log;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>The upcasts of the registry are Marten's upcasters: its reads, filters and projections have the newest type.</summary>
public sealed class UpcasterTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public async Task OldEvents_ReadByMarten_AreOfTheNewestType()
    {
        var stream = new StreamName("orders-upcast");
        await using (var before = database.CreateStore(o => o with { Registry = SampleRegistry.First }))
        {
            await before.AppendAsync(stream, ExpectedVersion.NoStream, [
                new UntypedEvent("order-placed.v0", JsonDocument.Parse("""{"order":"a","amount":2.5}""").RootElement), new OrderPlaced("b", 4)]);
        }

        var documents = database.CreateDocumentStore(o => o with { Registry = SampleRegistry.Second });
        await using var session = documents.LightweightSession();
        session.Events.Append(stream.Value, new OrderPlacedInCurrency("c", 8, "CHF"));
        await session.SaveChangesAsync();

        (await session.Events.FetchStreamAsync(stream.Value)).Select(e => e.Data)
            .ShouldBe([new OrderPlacedInCurrency("a", 2.5m, "EUR"), new OrderPlacedInCurrency("b", 4, "EUR"), new OrderPlacedInCurrency("c", 8, "CHF")]);
        (await session.Events.AggregateStreamAsync<OrderSum>(stream.Value))!.ShouldSatisfyAllConditions(
            sum => sum.Total.ShouldBe(14.5m), sum => sum.Currencies.ShouldBe(["EUR", "EUR", "CHF"]));
        (await session.Events.QueryAllRawEvents().Where(e => e.StreamKey == stream.Value).OrderBy(e => e.Version).ToListAsync())
            .Select(e => e.Data.GetType()).ShouldBe(Enumerable.Repeat(typeof(OrderPlacedInCurrency), 3));
        (await database.TextAsync("select string_agg(type, ' ' order by version) from ledger.mt_events where stream_id = $1", stream.Value))
            .ShouldBe("order-placed.v0 order-placed.v1 order-placed.v2", "What is stored does not change.");
    }
}
