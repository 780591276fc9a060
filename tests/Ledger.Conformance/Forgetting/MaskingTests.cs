using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Forgetting;

/// <summary>Payloads that are replaced in place, and all that follows from events with them.</summary>
public abstract partial class MaskingTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const string Secret = "jane.doe@example.com";

    private EventMasking Masking => new(Store);

    [Fact]
    public async Task Mask_Run_IsMaskedInWorldsSnapshotsSummariesSearchAndBranches()
    {
        var (run, branch) = await StartAsync();
        var before = await run.ReadAllAsync();

        var report = await Masking.MaskAsync(MaskRequest.OfStream(run.StreamName, "asked by mail") with { By = "dpo" });

        (report.Masked, report.Refused.Count, report.Streams).ShouldSatisfyAllConditions(
            r => r.Masked.ShouldBe(5), r => r.Count.ShouldBe(0), r => r.Streams.ShouldBe([run.StreamName.Value]));
        foreach (var history in new[] { run, branch })
        {
            (await history.ReadAllAsync()).ShouldAllBe(e => !Text(e).Contains(Secret, StringComparison.Ordinal));
            (await history.FindObjectAsync("c1"))!.Data["mail"].GetString().ShouldBe("****");
            (await history.FindObjectAsync("c1", new Position(1)))!.Data["mail"].GetString().ShouldBe("****");
            (await history.GetWorldAsync()).Objects.Single().Data["mail"].GetString().ShouldBe("****");
            (await history.GetFaultsAsync()).ShouldBeEmpty();
            (await history.LoadSnapshotAsync()).ShouldBeNull();
            var summary = (await history.GetSummaryAsync())!;
            $"{summary.Title} {summary.Error}".ShouldNotContain("jane");
            (summary.ModelCalls, summary.Usage.Whole.CostUsd).ShouldBe((history == run ? 1 : 0, 0.5m));
        }

        (await LogSearch.Of(Store).SearchAsync(new LogQuery { Streams = [run.StreamName, branch.StreamName], Text = Secret })).Events.ShouldBeEmpty();
        var after = await run.ReadAllAsync();
        after.Select(e => (e.Id, e.Type, e.Version, e.Sequence, e.Timestamp)).ShouldBe(before.Select(e => (e.Id, e.Type, e.Version, e.Sequence, e.Timestamp)));
        (await run.GetLengthAsync()).ShouldBe(new Position(before.Count));
    }

    [Fact]
    public async Task Mask_Events_IsSaidInTheLog()
    {
        var (run, _) = await StartAsync();
        var masked = (await run.ReadAllAsync())[0];
        await Store.ArchiveAsync(run.StreamName);

        await Masking.MaskAsync(MaskRequest.OfEvents([masked.Id], "asked by mail") with { By = "dpo", Paths = ["$.data.mail", "$.data.none"] });

        var note = (await ReadAsync(EventMasked.StreamOf(run.StreamName))).ShouldHaveSingleItem();
        var said = note.Data.ShouldBeOfType<EventMasked>();
        (said.EventId, said.Stream, said.Version, said.Reason, said.By, note.Metadata.Actor).ShouldBe((masked.Id, run.StreamName.Value, 1, "asked by mail", "dpo", "dpo"));
        said.Paths.ShouldBe(["$.data.mail", "$.data.none"]);
        (await EventMasking.FindMaskedAsync(Store, [masked.Id, Guid.NewGuid()])).ShouldBe([new MaskedEvent(masked.Id, note.Id, note.Timestamp)]);
        Json((await Store.FindEventsAsync([masked.Id]))[0]).ShouldBe("""{"id":"c1","data":{"age":42,"mail":"****"},"type":"Customer"}""");

        // Done again it changes nothing; what is left can be masked later.
        (await Masking.MaskAsync(MaskRequest.OfEvents([masked.Id], "again") with { Paths = ["$.data.mail"] })).ShouldSatisfyAllConditions(
            r => r.Masked.ShouldBe(0), r => r.Unchanged.ShouldBe(1));
        await Masking.MaskAsync(MaskRequest.OfEvents([masked.Id], "the rest"));
        Json((await Store.FindEventsAsync([masked.Id]))[0]).ShouldBe("""{"id":"c1","data":{"age":null,"mail":"****"},"type":"Customer"}""");
        (await ReadAsync(EventMasked.StreamOf(run.StreamName))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Mask_DryRun_SaysTheSameAndMasksNothing()
    {
        var (run, _) = await StartAsync();
        var request = MaskRequest.OfStream(run.StreamName, "asked") with { EventType = "object.created" };

        var plan = await Masking.PlanAsync(request);

        (await run.ReadAllAsync()).ShouldContain(e => Text(e).Contains(Secret, StringComparison.Ordinal));
        (await Store.GetStreamAsync(EventMasked.StreamOf(run.StreamName))).ShouldBeNull();
        var report = await Masking.MaskAsync(request);
        report.Events.ShouldBe(plan.Events);
        report.Masked.ShouldBe(plan.Masked);
        report.Masked.ShouldBe(1);
    }

    [Fact]
    public async Task Append_MaskedEventAgain_IsARepetition()
    {
        var stream = NewStream();
        NewEvent[] events = [new(new ObjectCreated("c1", "Customer", new JsonObject { ["mail"] = Secret })), new(new KitLoaded("k"))];
        var first = await Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await Masking.MaskAsync(MaskRequest.OfEvents([events[0].Id], "asked"));

        (await Store.AppendAsync(stream, ExpectedVersion.NoStream, events)).ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
        (await Store.ImportAsync(events.Select(e => new StreamEvent(stream, e)).ToAsyncEnumerable())).Skipped.ShouldBe(2);

        NewEvent[] other = [new(new KitLoaded("k")) { Id = events[0].Id }, events[1]];
        (await Should.ThrowAsync<EventIdInUseException>(() => Store.AppendAsync(stream, ExpectedVersion.Any, other))).Conflict.ShouldBe(EventIdConflict.OtherContent);
    }

    [Fact]
    public async Task Mask_WhatOthersRestOn_IsRefused()
    {
        var (_, branch) = await StartAsync();
        var created = (await ReadAsync(branch.StreamName))[0].Id;
        var unknown = Guid.NewGuid();

        var report = await Masking.MaskAsync(MaskRequest.OfEvents([created, unknown], "asked"));

        report.Masked.ShouldBe(0);
        report.Refused.Select(r => (r.EventId, r.Stream)).ShouldBe([(created, branch.StreamName.Value), (unknown, null)]);
        (await Masking.MaskAsync(MaskRequest.OfStream(branch.StreamName, "asked"))).Refused.ShouldBeEmpty();
        (await Store.GetBranchAsync(branch.StreamName)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Mask_Task_IsMaskedInItsRows()
    {
        var tasks = new TaskLedger(Store);
        var (task, moment) = (NewId(), DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000));
        await tasks.SaveTaskAsync(new AgentTask { Id = task, SystemPrompt = Secret, CreatedAt = moment, UpdatedAt = moment });
        var message = new Message { Id = NewId(), TaskId = task, Role = MessageRole.User, Content = Secret, Timestamp = moment };
        await tasks.SaveMessageAsync(message);
        var call = await tasks.SaveCallAsync(new Call
        {
            Id = NewId(),
            TaskId = task,
            AbilityName = "mail",
            Parameters = $$"""{"to": "{{Secret}}"}""",
            Status = CallStatus.Pending,
            Details = "{}",
            CreatedAt = moment,
            UpdatedAt = moment,
            StartMessageId = message.Id,
        });

        (await Masking.MaskAsync(MaskRequest.OfStream(StreamName.Task(task), "asked"))).Masked.ShouldBe(3);

        (await tasks.FindTaskAsync(task))!.SystemPrompt.ShouldBe("****");
        (await tasks.FindMessageAsync(message.Id)).ShouldBe(message with { Content = "****" });
        (await tasks.FindCallAsync(call.Id)).ShouldBe(call with { Parameters = "{}" });
    }

    [Fact]
    public async Task Mask_Subject_FollowsTheRules()
    {
        var stream = new StreamName($"shop:{NewId()}");
        UntypedEvent Order(string customer, string name) => new("order", JsonElement.Parse($$$"""{"customer": "{{{customer}}}", "to": {"name": "{{{name}}}", "items": [1]}}"""));
        var (jane, john) = (NewId(), NewId());
        await Store.AppendAsync(stream, ExpectedVersion.Any, [Order(jane, "Jane"), Order(john, "John"), Order(jane, "Jane D."), new UntypedEvent("other", JsonElement.Parse($$"""{"customer": "{{jane}}"}"""))]);
        var masking = new EventMasking(Store, [new PersonalDataRule("order", "$.to.name", "$.customer"), new PersonalDataRule("order", "$..items", "$['customer']")]);

        var report = await masking.MaskAsync(MaskRequest.OfSubject(jane, "asked"));

        report.Masked.ShouldBe(2);
        (await ReadAsync(stream)).Select(Json).ShouldBe(
        [
            $$$"""{"to":{"name":"****","items":[]},"customer":"{{{jane}}}"}""",
            $$$"""{"to":{"name":"John","items":[1]},"customer":"{{{john}}}"}""",
            $$$"""{"to":{"name":"****","items":[]},"customer":"{{{jane}}}"}""",
            $$"""{"customer":"{{jane}}"}""",
        ]);
        (await masking.MaskAsync(MaskRequest.OfSubject(jane, "asked"))).Masked.ShouldBe(0);
    }

    [Fact]
    public async Task Mask_CutOffBetweenPages_IsResumed()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([.. Enumerable.Range(0, 1_001).Select(i => new ToolCalled("mail", JsonElement.Parse($$"""{"to": "{{Secret}}", "n": "{{i}}"}""")))]);
        var request = MaskRequest.OfStream(run.StreamName, "asked");
        var failing = new FailingMasks(Store.Get<IMaskingLog>()!, failAt: 2);

        await Should.ThrowAsync<IOException>(() => new EventMasking(Store, failing).MaskAsync(request));

        // A page is masked and noted, or neither.
        var events = await run.ReadAllAsync();
        events.Count(e => !Text(e).Contains(Secret, StringComparison.Ordinal)).ShouldBe(500);
        (await ReadAsync(EventMasked.StreamOf(run.StreamName))).Count.ShouldBe(500);
        (await Masking.MaskAsync(request)).ShouldSatisfyAllConditions(r => r.Masked.ShouldBe(501), r => r.Unchanged.ShouldBe(500));
        (await run.ReadAllAsync()).ShouldAllBe(e => !Text(e).Contains(Secret, StringComparison.Ordinal));
        (await ReadAsync(EventMasked.StreamOf(run.StreamName))).Count.ShouldBe(1_001);
    }

    private async Task<(Run Run, Run Branch)> StartAsync()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(
        [
            new ObjectCreated("c1", "Customer", new JsonObject { ["mail"] = Secret, ["age"] = 42 }),
            new LlmRequest(JsonElement.Parse($$"""[{"role": "user", "content": "Write to {{Secret}}"}]"""), "gpt"),
            new LlmResponse($"Dear {Secret}", "gpt", 0.5m),
        ]);
        await run.RenameAsync($"Mail to {Secret}");
        await run.SaveSnapshotAsync();
        var branch = await run.ForkAsync(new Position(4));
        await run.FailAsync($"No answer from {Secret}");
        await branch.AppendAsync([new ObjectPatched("c1", new JsonObject { ["seen"] = true })]);
        await branch.SaveSnapshotAsync();
        foreach (var history in new[] { run, branch })
        {
            (await history.FindObjectAsync("c1"))!.Data["mail"].GetString().ShouldBe(Secret);
            (await history.GetSummaryAsync()).ShouldNotBeNull();
        }

        return (run, branch);
    }

    private static string Text(RecordedEvent recorded) => Encoding.UTF8.GetString(recorded.Json.Span);

    // jsonb sorts members by length, then by their bytes.
    private static string Json(RecordedEvent recorded) => Sorted(JsonNode.Parse(recorded.Json.Span)!).ToJsonString();

    private static JsonNode Sorted(JsonNode node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(m => m.Key.Length).ThenBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : (JsonNode?)Sorted(m.Value))))
        : node.DeepClone();
}
