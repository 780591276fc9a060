using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Runs;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class ApprovalTests
{
    private readonly Clock _clock = new();
    private readonly Run _run;
    private readonly List<string> _paid = [];
    private ScriptedModel _model = ScriptedModel.CallingTools("pay", ["Rome"]);

    public ApprovalTests() => _run = new AgentLedger(
        new MemoryEventStore(timeProvider: _clock),
        new AgentLedgerOptions { Approvals = new ApprovalOptions { ValidFor = TimeSpan.FromHours(1) } },
        timeProvider: _clock).GetRun("payments");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Function_IsCalledOnceItWasApproved_AndTheLogSaysByWhom(bool isStreaming)
    {
        var (asked, conversation) = await AskAsync(isStreaming);
        var waiting = (await _run.ListApprovalsAsync()).ShouldHaveSingleItem();
        waiting.Decision.ShouldBeNull();
        waiting.Request.GetRawText().ShouldBe("""{"tool":"pay","arguments":{"city":"Rome"}}""");
        _paid.ShouldBeEmpty();

        conversation.Add(new ChatMessage(ChatRole.User, [asked.CreateResponse(approved: true, "as agreed")]));
        var answer = await SendAsync(conversation, isStreaming);

        answer.Text.Trim().ShouldBe("paid in Rome");
        _paid.ShouldBe(["Rome"]);
        var decided = (await _run.ListApprovalsAsync()).ShouldHaveSingleItem();
        (decided.Decision, decided.By, decided.Reason).ShouldBe((ApprovalDecision.Approved, "owner", "as agreed"));
    }

    [Fact]
    public async Task Function_ThatIsDenied_IsNotCalled()
    {
        var (asked, conversation) = await AskAsync();
        conversation.Add(new ChatMessage(ChatRole.User, [asked.CreateResponse(approved: false, "too much")]));

        var answer = await SendAsync(conversation);

        _paid.ShouldBeEmpty();
        answer.Text.ShouldContain("rejected");
        (await _run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBe(ApprovalDecision.Denied);
    }

    [Fact]
    public async Task Answer_WithOtherArguments_OrToWhatWasNotAsked_IsRefused()
    {
        var (asked, conversation) = await AskAsync();
        var forged = new FunctionCallContent(asked.ToolCall.CallId, "pay", new Dictionary<string, object?> { ["city"] = "Oslo" });
        conversation.Add(new ChatMessage(ChatRole.User, [new ToolApprovalResponseContent(asked.RequestId, true, forged)]));

        var refused = await Should.ThrowAsync<ArgumentException>(() => SendAsync(conversation));

        refused.Message.ShouldStartWith(
            $"'run:payments' did not ask for approval of the call that '{asked.RequestId}' answers, or asked with other arguments: "
            + """{"tool":"pay","arguments":{"city":"Oslo"}}. Nothing was called.""");
        _paid.ShouldBeEmpty();
        (await _run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBeNull();
    }

    [Fact]
    public async Task DecisionFromElsewhere_IsFound_AndAnAnswerDoesNotChangeADenial()
    {
        var (asked, conversation) = await AskAsync();
        (await _run.GetDecisionsAsync([asked])).ShouldBeEmpty();
        var id = (await _run.ListApprovalsAsync()).Single().Id;
        await _run.DecideAsync(id, ApprovalDecision.Denied, "the treasurer");

        List<ChatMessage> forced = [.. conversation, new ChatMessage(ChatRole.User, [asked.CreateResponse(approved: true)])];
        await Should.ThrowAsync<ApprovalDeniedException>(() => SendAsync(forced));
        await _run.DecideAsync(id, ApprovalDecision.Approved, "the treasurer", "after all");
        var decisions = await _run.GetDecisionsAsync([asked]);
        conversation.Add(new ChatMessage(ChatRole.User, [.. decisions]));

        (await SendAsync(conversation)).Text.ShouldBe("paid in Rome");
        decisions.Single().Reason.ShouldBe("after all");
        _paid.ShouldBe(["Rome"]);
    }

    [Fact]
    public async Task Conversation_WithAnOldApproval_GoesOn()
    {
        var (asked, conversation) = await AskAsync();
        conversation.Add(new ChatMessage(ChatRole.User, [asked.CreateResponse(approved: true)]));
        conversation.AddRange((await SendAsync(conversation)).Messages);
        conversation.Add(new ChatMessage(ChatRole.User, "Thank you."));

        await SendAsync(conversation);

        _paid.ShouldBe(["Rome"]);
        (await _run.ReadAllAsync()).Count(e => e.Type == "approval.decided").ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_ShownAgainAfterADenial_IsAskedForAgain_AndTheNewAnswerCounts(bool isStreaming)
    {
        _model = ScriptedModel.CallingTools("pay", ["Rome"], ["Rome"]);
        var (first, conversation) = await AskAsync(isStreaming);
        List<ChatMessage> begin = [conversation[0]];
        conversation.Add(new ChatMessage(ChatRole.User, [first.CreateResponse(approved: false, "too much")]));
        var denied = await SendAsync(conversation, isStreaming);
        var second = denied.Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single();
        (await _run.ListApprovalsAsync()).ShouldHaveSingleItem().Decision.ShouldBeNull();
        conversation.AddRange(denied.Messages);
        conversation.Add(new ChatMessage(ChatRole.User, [second.CreateResponse(approved: true, "after all")]));

        var answer = await SendAsync(conversation, isStreaming);

        answer.Text.ShouldContain("paid in Rome");
        _paid.ShouldBe(["Rome"]);

        // An agent that is run again from the log shows the first request again, which has its answer.
        var again = (await SendAsync(begin, isStreaming)).Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single();
        again.RequestId.ShouldBe(first.RequestId);
        (await _run.GetDecisionsAsync([again])).Select(d => (d.Approved, d.Reason)).ShouldBe([(false, "too much")]);
        (await _run.ReadAllAsync()).Select(e => e.Type).Where(t => t.StartsWith("approval.", StringComparison.Ordinal))
            .ShouldBe(["approval.requested", "approval.decided", "approval.requested", "approval.decided"]);
    }

    [Fact]
    public async Task Provider_ThatUsesTheIdsOfCallsAgain_LosesNoDecision()
    {
        var cities = new Queue<string>(["Rome", "Oslo"]);
        var model = new ScriptedModel(messages => messages[^1].Text.StartsWith("Pay", StringComparison.Ordinal)
            ? new ChatMessage(ChatRole.Assistant, [new ToolApprovalRequestContent("approve_0", new FunctionCallContent("call_0", "pay", new Dictionary<string, object?> { ["city"] = cities.Dequeue() }))])
            : new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call_0", "paid")]));
        using var client = model.AsBuilder().UseLedgerApprovals(_run, by: "owner").Build();
        var conversation = new List<ChatMessage>();
        for (var invoice = 0; invoice < 2; invoice++)
        {
            conversation.Add(new ChatMessage(ChatRole.User, $"Pay invoice {invoice}."));
            var response = await client.GetResponseAsync(conversation);
            conversation.AddRange(response.Messages);
            conversation.Add(new ChatMessage(ChatRole.User, [response.Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single().CreateResponse(approved: true)]));
            conversation.AddRange((await client.GetResponseAsync(conversation)).Messages);
        }

        (await _run.ListApprovalsAsync()).Select(a => a.Decision).ShouldBe([ApprovalDecision.Approved, ApprovalDecision.Approved]);
        (await _run.ReadAllAsync()).Count(e => e.Type == "approval.decided").ShouldBe(2);
    }

    [Fact]
    public async Task DecisionFromElsewhere_OnAFunctionWithItsOwnJson_IsFound()
    {
        var json = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseUpper) } };
        var pay = AIFunctionFactory.Create((DayOfWeek day) => _paid.Add($"{day}"), "pay", serializerOptions: json).UseLedger(_run, new CallOptions { Approval = ApprovalPolicy.Required });
        var model = new ScriptedModel(messages => messages.Any(m => m.Role == ChatRole.Tool)
            ? new ChatMessage(ChatRole.Assistant, "paid")
            : new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "pay", new Dictionary<string, object?> { ["day"] = DayOfWeek.Friday })]));
        using var client = model.AsBuilder().UseLedgerApprovals(_run, by: "owner").UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [new ApprovalRequiredAIFunction(pay)] };
        var conversation = new List<ChatMessage> { new(ChatRole.User, "Pay on Friday.") };
        var response = await client.GetResponseAsync(conversation, options);
        conversation.AddRange(response.Messages);
        var asked = response.Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single();
        await _run.DecideAsync((await _run.ListApprovalsAsync()).Single().Id, ApprovalDecision.Approved, "the treasurer");

        var decisions = await _run.GetDecisionsAsync([asked]);
        decisions.Count.ShouldBe(1);
        conversation.Add(new ChatMessage(ChatRole.User, [.. decisions]));
        (await client.GetResponseAsync(conversation, options)).Text.ShouldBe("paid");
        _paid.ShouldBe(["Friday"]);
    }

    [Theory]
    [InlineData(ApprovalDecision.Approved)]
    [InlineData(ApprovalDecision.Denied)]
    public async Task Answer_AfterTheDecisionIsTooOld_TakesItsPlace(ApprovalDecision decision)
    {
        var (asked, conversation) = await AskAsync();
        await _run.DecideAsync((await _run.ListApprovalsAsync()).Single().Id, decision, "the treasurer");
        (await _run.GetDecisionsAsync([asked])).Count.ShouldBe(1);
        _clock.Now += TimeSpan.FromHours(2);
        (await _run.GetDecisionsAsync([asked])).ShouldBeEmpty();
        conversation.Add(new ChatMessage(ChatRole.User, [asked.CreateResponse(approved: true)]));

        (await SendAsync(conversation)).Text.ShouldBe("paid in Rome");

        var decided = (await _run.ListApprovalsAsync()).ShouldHaveSingleItem();
        (decided.Decision, decided.By, decided.DecidedAt).ShouldBe((ApprovalDecision.Approved, "owner", _clock.Now));
    }

    private async Task<(ToolApprovalRequestContent Asked, List<ChatMessage> Conversation)> AskAsync(bool isStreaming = false)
    {
        var conversation = new List<ChatMessage> { new(ChatRole.User, "Pay invoice 7.") };
        var response = await SendAsync(conversation, isStreaming);
        conversation.AddRange(response.Messages);
        return (response.Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single(), conversation);
    }

    private async Task<ChatResponse> SendAsync(List<ChatMessage> conversation, bool isStreaming = false)
    {
        var (run, model) = (_run, _model);

        // sample: functions that need approval
        var pay = AIFunctionFactory.Create(Pay, "pay").UseLedger(run, new CallOptions { Approval = ApprovalPolicy.Required });
        using var client = model.AsBuilder().UseLedgerApprovals(run, by: "owner").UseFunctionInvocation().UseLedger(run).Build();
        var options = new ChatOptions { Tools = [new ApprovalRequiredAIFunction(pay)] };
        // end of sample

        return isStreaming
            ? await client.GetStreamingResponseAsync(conversation, options).ToChatResponseAsync()
            : await client.GetResponseAsync(conversation, options);
    }

    private string Pay(string city)
    {
        _paid.Add(city);
        return $"paid in {city}";
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
