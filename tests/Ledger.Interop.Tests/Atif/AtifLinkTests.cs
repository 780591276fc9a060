using System.Text;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.Atif;

/// <summary>Trajectories of ATIF in files of their own that name each other.</summary>
public sealed class AtifLinkTests
{
    private const string Parent = """
        {"schema_version": "ATIF-v1.4", "session_id": "s-parent", "agent": {"name": "a", "version": "1"}, "continued_trajectory_ref": "parts/parent.cont-1.json", "steps": [
          {"step_id": 1, "source": "agent", "message": "Go.", "tool_calls": [{"tool_call_id": "c1", "function_name": "delegate", "arguments": {}}],
            "observation": {"results": [{"source_call_id": "c1", "content": null, "subagent_trajectory_ref": [{"session_id": "s-child", "trajectory_path": "elsewhere.json"}, {"session_id": "s-never"}]}]}}]}
        """;

    private const string Child = """{"schema_version": "ATIF-v1.4", "session_id": "s-child", "agent": {"name": "b", "version": "1"}, "steps": [{"step_id": 1, "source": "agent", "message": "Done."}]}""";

    private const string Continuation = """{"schema_version": "ATIF-v1.4", "session_id": "s-parent", "agent": {"name": "a", "version": "1"}, "steps": [{"step_id": 2, "source": "agent", "message": "On."}]}""";

    [Theory]
    [InlineData("parent", "child", "parent.cont-1")]
    [InlineData("child", "parent.cont-1", "parent")]
    [InlineData("parent.cont-1", "parent", "child")]
    public async Task Files_InAnyOrder_AreLinkedOnce(params string[] order)
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        foreach (var id in order)
        {
            await ImportAsync(ledger, id);
        }

        (await LinksAsync(ledger, "parent")).ShouldBe(["continuation parent.cont-1 after started", "subagent child after step-1.result"], ignoreOrder: true);
        (await LinksAsync(ledger, "child")).ShouldBe(["subagent_of parent after "]);
        (await LinksAsync(ledger, "parent.cont-1")).ShouldBe(["continuation_of parent after "]);

        foreach (var id in order)
        {
            (await ImportAsync(ledger, id)).ShouldBe(0, id);
        }

        (await LinksAsync(ledger, "parent")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task File_WhoseParentIsArchived_IsLinkedWithIt()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        await ImportAsync(ledger, "parent");
        await ledger.Store.ArchiveAsync(new StreamName("run:parent"));

        await ImportAsync(ledger, "child");

        (await LinksAsync(ledger, "parent")).ShouldBeEmpty();
        (await LinksAsync(ledger, "child")).ShouldBe(["subagent_of parent after "]);
    }

    private static async Task<long> ImportAsync(AgentLedger ledger, string id)
    {
        using var source = RecordingSource.OfBytes(id, Encoding.UTF8.GetBytes(id switch
        {
            "parent" => Parent,
            "child" => Child,
            _ => Continuation,
        }));
        return (await Recordings.Read(source, id).ImportAsync(ledger)).Sum(result => result.WrittenEvents);
    }

    private static async Task<List<string>> LinksAsync(AgentLedger ledger, string id) =>
    [
        .. (await (await ledger.OpenAsync($"run:{id}")).ReadAllAsync()).Where(item => item.Type == "recording.linked").Select(item =>
            $"{item.ToJsonElement().GetProperty("relation")} {item.ToJsonElement().GetProperty("run")} after {string.Join(',', item.Metadata.ForeignCauses)}"),
    ];
}
