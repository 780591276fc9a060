using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Contracts;

/// <summary>Worlds write themselves as the contracts of commands and API do.</summary>
public sealed class WorldContractTests
{
    [Fact]
    public async Task World_WritesItselfAsItsContract()
    {
        var (world, _) = await WorldsAsync();

        world.Faults.Count.ShouldBe(1);
        world.DanglingRelations.Count.ShouldBe(1);
        Written(world.WriteTo).ShouldBe(Serialized(WorldContract.Of(world), ContractContext.Default.WorldContract));
        Written(world.FindObject("a")!.WriteTo).ShouldBe(Serialized(ObjectContract.Of(world.FindObject("a")!), ContractContext.Default.ObjectContract));
    }

    [Fact]
    public async Task Diff_WritesItselfAsItsContract()
    {
        var (world, before) = await WorldsAsync();
        var diff = WorldDiff.Between(before, world);

        diff.Changes.ShouldContain(change => change.Old.ValueKind == JsonValueKind.Undefined);
        diff.Changes.ShouldContain(change => change.New.ValueKind == JsonValueKind.Undefined);
        diff.Changes.ShouldContain(change => change.New.ValueKind == JsonValueKind.Null);
        Written(diff.WriteTo).ShouldBe(Serialized(DiffContract.Of(diff), ContractContext.Default.DiffContract));
    }

    private static async Task<(World World, World Before)> WorldsAsync()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = await ledger.StartRunAsync();
        await run.AppendAsync(
        [
            new ObjectCreated("a", "Claim", new JsonObject { ["kept"] = 1, ["lost"] = "x" }),
            new ObjectCreated("b", "Claim", new JsonObject()),
            new RelationCreated("r", "supports", "a", "b", new JsonObject { ["weight"] = 0.5 }),
        ]);
        var before = await run.GetWorldAsync();
        await run.AppendAsync(
        [
            new ObjectCreated("a", "Finding", new JsonObject { ["kept"] = null, ["new"] = new JsonArray(1, "é") }),
            new ObjectRemoved("b"),
            new ObjectPatched("unknown", new JsonObject { ["n"] = 1 }),
            new BudgetExhausted(["money"]),
        ]);
        return (await run.GetWorldAsync(), before);
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return Sorted(JsonNode.Parse(stream.ToArray()));
    }

    private static string Serialized<T>(T contract, JsonTypeInfo<T> json) => Sorted(JsonSerializer.SerializeToNode(contract, json));

    // The order of members says nothing.
    private static string Sorted(JsonNode? node) => node switch
    {
        JsonObject members => $"{{{string.Join(',', members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\"{m.Key}\":{Sorted(m.Value)}"))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(Sorted))}]",
        _ => node?.ToJsonString() ?? "null",
    };
}
