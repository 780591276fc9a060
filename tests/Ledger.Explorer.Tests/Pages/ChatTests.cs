using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Chat;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Prompts and answers as people read them.</summary>
public sealed class ChatTests
{
    [Theory]
    [InlineData("""{"text": "Hello"}""", "assistant: Text Hello")]
    [InlineData("""{"content": [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Hello"}, {"type": "tool_use", "name": "sonar", "input": {"quay": 1}}]}""", "assistant: Thought Hm, Text Hello, Call sonar {\"quay\": 1}")]
    [InlineData("""{"choices": [{"message": {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "sonar", "arguments": "{\"quay\": 1}"}}]}}]}""", "assistant: Call sonar {\"quay\": 1}")]
    [InlineData("""{"messages": [{"role": "assistant", "contents": [{"$type": "text", "text": "Hello"}, {"$type": "functionCall", "name": "sonar", "arguments": {"quay": 1}}]}]}""", "assistant: Text Hello, Call sonar {\"quay\": 1}")]
    [InlineData("""{"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}, {"type": "function_call", "name": "sonar", "arguments": "no JSON"}]}""", "assistant: Text Hello; assistant: Call sonar \"no JSON\"")]
    [InlineData("""{"strange": [1]}""", "assistant: Data  {\"strange\": [1]}")]
    [InlineData("""[1]""", "assistant: Data  1")]
    public void Response_OfAnyProvider_HasItsParts(string json, string shown) => Shown(ChatForm.Response(JsonElement.Parse(json))).ShouldBe(shown);

    [Theory]
    [InlineData("""{"system": "Be short.", "messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "4 m"}]}]}]}""", "system: Text Be short.; user: Result t1 4 m")]
    [InlineData("""{"messages": [{"role": "tool", "tool_call_id": "t1", "content": "{\"depth\": 4}"}, {"role": "user", "content": "And?"}]}""", "tool: Result t1 {\"depth\": 4}; user: Text And?")]
    [InlineData("""{"prompt": "Why?"}""", "user: Text Why?")]
    [InlineData("""{"messages": "Why?"}""", "user: Text Why?")]
    [InlineData("""{"model": "m"}""", "user: Data  {\"model\": \"m\"}")]
    public void Request_OfAnyProvider_HasItsMessages(string json, string shown) => Shown(ChatForm.Request(JsonElement.Parse(json))).ShouldBe(shown);

    [Fact]
    public async Task Conversation_SentAgainWithEachRequest_ShowsOnlyWhatIsNew()
    {
        var run = new AgentLedger(new MemoryEventStore()).GetRun("talk");
        await run.AppendAsync(
        [
            Event("llm.request", """{"messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "How deep?"}]}"""),
            Event("llm.response", """{"text": "Wait."}"""),
            Event("llm.request", """{"messages": [{"content": "Be short.", "role": "system"}, {"role": "user", "content": "How deep?"}, {"role": "assistant", "content": "Wait."}, {"role": "user", "content": "Well?"}]}"""),
            Event("call.failed", """{"kind": "llm", "error": "429"}"""),
        ]);
        var conversation = new Conversation();
        var turns = new List<ChatTurn>();
        await foreach (var recorded in run.ReadAsync())
        {
            turns.Add(conversation.Take(recorded));
        }

        turns.Select(turn => turn.Repeated).ShouldBe([0, 0, 3, 0]);
        Shown(turns[2].Messages).ShouldBe("user: Text Well?");
        turns[3].Error.ShouldBe("429");
    }

    [Fact]
    public async Task Conversation_OfTwoAgentsInTurns_ShowsEachMessageOnce_AndTheEnd()
    {
        static string Said(string agent, int messages) =>
            $$"""{"messages": [{{string.Join(", ", Enumerable.Range(1, messages).Select(i => $$"""{"role": "user", "content": "{{agent}}{{i}}"}"""))}}]}""";
        var run = new AgentLedger(new MemoryEventStore()).GetRun("two");
        await run.AppendAsync(
        [
            Event("llm.request", Said("a", 1)), Event("llm.request", Said("b", 1)), Event("llm.request", Said("a", 2)), Event("llm.request", Said("b", 3)),
            Event("call.answered", """{"kind": "llm", "response_id": "0192e4a0-0000-7000-8000-000000000001"}"""), Event("run.failed", """{"error": "wet"}"""),
        ]);
        var conversation = new Conversation();
        var turns = new List<ChatTurn>();
        await foreach (var recorded in run.ReadAsync())
        {
            turns.Add(conversation.Take(recorded));
        }

        Shown(turns.Take(4).SelectMany(turn => turn.Messages)).ShouldBe("user: Text a1; user: Text b1; user: Text a2; user: Text b2; user: Text b3");
        Shown(turns[4].Messages).ShouldBe("assistant: Text Answered from the log: nothing was called.");
        turns[5].Error.ShouldBe("wet");
        Conversation.Types.ShouldContain("run.failed");
        Conversation.Types.ShouldContain("call.answered");
    }

    [Fact]
    public void Markdown_BecomesBlocks_AndNothingElse()
    {
        var blocks = Markdown.Blocks("# A *title*\nOne\ntwo\n\n- a\n- b\n  more\n1. c\n```js\n<b>\n# no\n```\n[x](javascript:alert(1)) ![i](http://x/y.png)\n```\nopen");

        blocks.Select(block => $"{block.Kind}: {string.Join('|', block.Lines)}").ShouldBe(
        [
            "Heading: A *title*", "Paragraph: One|two", "Bullets: a|b\nmore", "Numbers: c", "Code: <b>|# no",
            "Paragraph: [x](javascript:alert(1)) ![i](http://x/y.png)", "Code: open",
        ]);
        Markdown.Pieces("a **b** `c**` **d").ShouldBe(
            [(MarkdownStyle.Plain, "a "), (MarkdownStyle.Bold, "b"), (MarkdownStyle.Plain, " "), (MarkdownStyle.Code, "c**"), (MarkdownStyle.Plain, " **"), (MarkdownStyle.Plain, "d")]);
        Markdown.Pieces("****").Select(p => p.Text).ShouldBe(["**", "**"]);
    }

    private static NewEvent Event(string type, string json) => new(new UntypedEvent(type, JsonElement.Parse(json)));

    private static string Shown(IEnumerable<ChatMessage> messages) => string.Join("; ", messages.Select(message => $"{message.Role}: " + string.Join(", ", message.Parts.Select(part =>
        $"{part.Kind} {(part.Kind is ChatPartKind.Text or ChatPartKind.Thought ? "" : part.Title + " ")}{part.Text ?? part.Json.GetRawText()}"))));
}
