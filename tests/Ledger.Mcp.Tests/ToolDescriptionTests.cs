using System.Text.Json;
using Ledger.Mcp.Abilities;
using Ledger.Postgres.Queries;
using Ledger.Seal;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Mcp.Tests;

/// <summary>What a model reads before it calls a tool.</summary>
public sealed class ToolDescriptionTests
{
    // Their answers are one thing, or the place of what was written.
    private static readonly string[] Single =
        ["run_start", "run_append", "run_fork", "run_event", "log_contracts", "seal_status", "seal_prove", "chrono_get", "chrono_upsert", "ldg_task_get", "ldg_task_save", "ldg_call_save", "ldg_msg_save"];

    [Fact]
    public async Task EveryTool_IsDescribed_AndEveryListIsLimited()
    {
        await using var server = await ToolServer.StartAsync();

        foreach (var tool in (await server.Client.ListToolsAsync()).Select(t => t.ProtocolTool))
        {
            tool.Title!.Contains(':', StringComparison.Ordinal).ShouldBeFalse(tool.Name);
            tool.Annotations!.DestructiveHint.ShouldBe(false, tool.Name);
            tool.Annotations.OpenWorldHint.ShouldBe(false, tool.Name);
            tool.OutputSchema.ShouldNotBeNull(tool.Name);
            tool.InputSchema.GetProperty("properties").TryGetProperty("limit", out _).ShouldBe(!Single.Contains(tool.Name), tool.Name);
            AssertReadable(tool.InputSchema, tool.Name);
            AssertReadable(tool.OutputSchema.Value, tool.Name);
            tool.InputSchema.GetRawText().ShouldNotContain("Unix", Case.Insensitive, tool.Name);
        }
    }

    [Fact]
    public void EveryAbilityOnTheLog_IsATool()
    {
        using var nowhere = NpgsqlDataSource.Create("Host=nowhere");
        var bus = LogAbilities.CreateToolBus(new AgentLedger(new MemoryEventStore()), new SqlQueries(nowhere), null, new LogSeal(nowhere));

        var abilities = bus.Abilities.Where(ability => ability.ModuleName != "bus").Select(ability => ability.Id).ToList();
        abilities.Where(id => ToolTable.Find(id) is null).ShouldBeEmpty();
        abilities.Count.ShouldBe(ToolTable.Count);
    }

    [Theory]
    [InlineData("Use 'ledger cherry-pick TARGET SOURCE EVENT'.", "Use 'run_pick'.")]
    [InlineData("'ledger rebase b r' or 'ledger merge'.", "'run_rebase' or 'run_merge'.")]
    [InlineData("'ledger run list' shows them, 'ledger migrate apply' does not.", "'run_list' shows them, 'ledger migrate apply' does not.")]
    public void Commands_ThatAreTools_HaveTheirNames(string sentence, string inTools) => ToolWords.Of(sentence).ShouldBe(inTools);

    [Fact]
    public async Task Instructions_NameOnlyToolsThatAreServed()
    {
        await using var writing = await ToolServer.StartAsync();
        await using var reading = await ToolServer.StartAsync(options => options);
        await using var single = await ToolServer.StartAsync(options => options with { Tools = ["run_world"] });

        writing.Client.ServerInstructions!.ShouldContain("run_append");
        reading.Client.ServerInstructions!.ShouldNotContain("run_append");
        reading.Client.ServerInstructions!.ShouldContain("Begin with run_list.");
        single.Client.ServerInstructions!.ShouldNotContain("run_list");
    }

    // Many clients do not read a schema that is "true".
    private static void AssertReadable(JsonElement schema, string tool)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in schema.EnumerateArray())
            {
                AssertReadable(item, tool);
            }
        }
        else if (schema.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in schema.EnumerateObject())
            {
                member.Value.ValueKind.ShouldNotBe(JsonValueKind.True, $"{tool}: {member.Name}");
                AssertReadable(member.Value, tool);
            }
        }
    }
}
