using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ledger.Log;
using Ledger.Log.Contracts;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Writing;

/// <summary>Events that break the contract of their name are refused over HTTP as everywhere.</summary>
public sealed class ContractRefusalTests
{
    [Fact]
    public async Task Append_BreakingTheContractOfTheName_IsRefusedWithThePathAndTheRule()
    {
        var contract = new EventContract("sonar.pinged", JsonElement.Parse("""{"required":["depth"]}"""));
        var registry = EventRegistry.Default.ValidatingAppends(new EventContracts([contract]));
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed }, registry);
        using var client = host.CreateClient();

        using var refused = await client.PostAsync(
            "/ledger/api/v1/streams/run:r/events", new StringContent("""{"events":[{"type":"sonar.pinged","data":{}}]}""", Encoding.UTF8, "application/json"));
        using var taken = await client.PostAsync(
            "/ledger/api/v1/streams/run:r/events", new StringContent("""{"events":[{"type":"sonar.pinged","data":{"depth":1}}]}""", Encoding.UTF8, "application/json"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().ShouldBe(
            "An event 'sonar.pinged' cannot be stored: '/depth' of its data is missing. The contract of the event says so. Nothing was written.");
        taken.StatusCode.ShouldBe(HttpStatusCode.Created);
    }
}
