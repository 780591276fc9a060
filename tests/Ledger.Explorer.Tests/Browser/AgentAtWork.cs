using System.Text.Json;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>A run with prompts, answers, tools and times as agents have them, hostile texts among them, and a branch that went on in another way.</summary>
internal static class AgentAtWork
{
    private const string Answer = """
        # Depths of the **northern** quay

        I measured twice. The figures differ by more than the tide explains:

        - low water: `12.4 m`
        - high water: `13.0 m`, of which the tide explains 0.4 m

        1. Ask the harbour master.
        2. Measure again.

        ```python
        def depth(reading, tide):
            return reading - tide  # a line of code that is so long that a narrow window cannot show it without scrolling or folding
        ```

        See [the plan](javascript:alert(1)) and <script>alert(2)</script> ![x](http://example.com/x.png).
        """;

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    public static async Task WriteAsync(AgentLedger ledger)
    {
        var run = ledger.GetRun("agent-at-work");
        var fired = At(0, "responder.fired", """{"name": "surveyor"}""");
        var asked = At(0.2, "llm.request", Request(""), fired.Id);
        var called = At(4.6, "llm.response", """{"model": "large-2", "content": [{"type": "thinking", "thinking": "The quay is known; the depth is not."}, {"type": "text", "text": "I look at the **northern** quay first."}, {"type": "tool_use", "id": "t1", "name": "sonar", "input": {"quay": "north", "times": 2}}], "usage": {"input_tokens": 1830, "output_tokens": 214}, "cost_usd": 0.0213}""", asked.Id);
        var first = At(4.7, "tool.called", """{"tool": "sonar", "arguments": {"quay": "north", "times": 2, "note": "\u202Eesrever\u202C wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"}}""", fired.Id);
        var inner = At(5.0, "call.requested", """{"kind": "embedding-of-a-very-long-name-that-somebody-chose", "request": {"text": "north"}}""", first.Id);
        var innerEnd = At(6.5, "call.returned", """{"kind": "embedding-of-a-very-long-name-that-somebody-chose", "response": [0.1, 0.2], "cost_usd": 0.0001}""", inner.Id);
        var measured = At(8.9, "tool.returned", $$$"""{"call_id": "{{{first.Id}}}", "result": {"depths": [12.4, 13.0], "log": "{{{new string('=', 900)}}}"}}""", first.Id);
        var second = At(9.0, "tool.called", """{"tool": "crane", "arguments": {"quay": "south"}}""", fired.Id);
        var broken = At(9.4, "call.failed", """{"kind": "tool", "error": "The crane answered 550: <b>no such quay</b>."}""", second.Id);
        var again = At(11, "llm.request", Request(""", {"role": "assistant", "content": "I look."}, {"role": "tool", "tool_call_id": "t1", "content": "{\"depths\": [12.4, 13.0]}"}, {"role": "user", "content": "Now write it down."}"""), fired.Id);
        var written = At(19.5, "llm.response", JsonSerializer.Serialize(new { model = "large-2", text = Answer, usage = new { input_tokens = 2_410, output_tokens = 655 }, cost_usd = 0.0551 }), again.Id);
        var done = At(19.6, "responder.completed", """{"name": "surveyor"}""");
        var open = At(20, "llm.request", """{"model": "small", "messages": [{"role": "user", "content": "A title?"}]}""");
        await run.AppendAsync([fired, asked, called, first, inner, innerEnd, measured, second, broken, again, written, done, open]);
        await run.LabelAsync(["nightly", "harbours"]);
        var branch = await run.ForkAsync(new Position(9), new ForkOptions { Id = "agent-again", Name = "in fewer words" });
        var short_ = At(30, "llm.request", Request(""", {"role": "user", "content": "Now write it down, in one line."}"""));
        await branch.AppendAsync(
        [
            short_,
            At(33, "llm.response", """{"model": "small", "text": "12.4 m at low water.", "usage": {"input_tokens": 900, "output_tokens": 12}, "cost_usd": 0.0011}""", short_.Id),
            At(34, "responder.completed", """{"name": "surveyor"}"""),
        ]);
    }

    /// <summary>A branch on which the sonar answered otherwise, and on which the agent was not run on yet.</summary>
    public static async Task ChangeAsync(AgentLedger ledger)
    {
        var run = await ledger.OpenAsync(StreamName.Run("agent-at-work"));
        await run.ForkWithChangeAsync(
            new Position(6), JsonElement.Parse("""{"result": {"depths": [12.4, 12.5], "log": "calm"}}"""), new ForkOptions { Id = "agent-changed", Name = "what if the sonar had been right?" });
    }

    private static string Request(string more) =>
        $$"""{"model": "large-2", "messages": [{"role": "system", "content": "You survey harbours.\nName the source of every figure."}, {"role": "user", "content": "How deep is the northern quay?"}{{more}}], "max_tokens": 1000}""";

    private static NewEvent At(double second, string type, string json, Guid? cause = null) => new(
        new UntypedEvent(type, JsonElement.Parse(json)),
        new EventMetadata { Actor = "surveyor", OccurredAt = Start.AddSeconds(second), Causes = cause is { } id ? [id] : [] });
}
