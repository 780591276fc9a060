using System.Text.Json.Nodes;
using Ledger.Conformance.Samples;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Runs;

public sealed class RunInMemoryTests
{
    [Fact]
    public async Task InMemory_Run_IsReady()
    {
        var run = Run.InMemory("abc-123");

        var length = await run.AppendAsync([new ObjectCreated("claim-1", "Claim", new JsonObject { ["text"] = "Water boils at 100 °C." })]);
        var branch = await run.ForkAsync(new Position(1));

        run.StreamName.ShouldBe(new StreamName("run:abc-123"));
        length.ShouldBe(new Position(1));
        (await branch.GetLengthAsync()).ShouldBe(new Position(2));
    }

    [Fact]
    public async Task InMemory_SameId_HasALogOfItsOwn()
    {
        await Run.InMemory("abc-123").AppendAsync([new KitLoaded("k")]);

        (await Run.InMemory("abc-123").ReadAllAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task InMemory_OwnRegistry_TakesItsEvents()
    {
        var run = Run.InMemory("abc-123", SampleRegistry.First);

        await run.AppendAsync([new OrderPlaced("o-1", 2)]);

        (await run.ReadAllAsync()).Single().Data.ShouldBe(new OrderPlaced("o-1", 2));
    }
}
