using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Explorer.Tests.Browser;

/// <summary>A log as large and as crooked as real ones: for people who look at pictures of pages.</summary>
internal static class SampleSurvey
{
    private static readonly string[] Kinds = ["Harbour", "Ship", "Berth", "Pilot", "Report", "Crane", "Company"];
    private static readonly string[] Actors = ["planner", "reader", "judge", "reader-of-very-long-port-authority-reports-in-seven-languages"];
    private static readonly string Long = string.Concat(Enumerable.Repeat(
        "The depth at the northern quay was measured twice, at low water and at high water, and the two figures differ by more than the tide explains. ", 30));

    public static async Task WriteAsync(AgentLedger ledger)
    {
        for (var i = 0; i < 9; i++)
        {
            var small = ledger.GetRun($"night-watch-{i:00}");
            await small.AppendAsync([.. Enumerable.Range(0, 3 + (i * 7)).Select(n => new ObjectCreated($"light-{n % 5}", "Light", new JsonObject { ["on"] = n % 2 == 0 }))]);
        }

        await ledger.Store.ArchiveAsync(StreamName.Run("night-watch-00"));
        await ledger.GetRun("night-watch-03").FailAsync("The lamp at the northern quay does not answer.");
        await ledger.GetRun("night-watch-04").CompleteAsync();
        await ledger.StartRunAsync("empty");
        await ledger.GetRun("faulty").AppendAsync([new ObjectCreated("buoy", "Buoy"), new UntypedEvent("object.patched", JsonElement.Parse("{\"id\":\"no-such-buoy\",\"patch\":{}}")), new KitLoaded("late")]);
        var crowd = ledger.GetRun("crowded");
        for (var i = 0; i < 2_400; i += 200)
        {
            await crowd.AppendAsync([.. Enumerable.Range(i, 200).Select(n => new ObjectCreated($"container-{n:0000}", n % 3 == 0 ? "Reefer" : "Container", new JsonObject { ["weight"] = n }))]);
        }

        await WriteSurveyAsync(ledger);
        await WriteTasksAsync(ledger);
        await WriteRecordsAsync(ledger);
        await AgentAtWork.WriteAsync(ledger);
        await AgentAtWork.ChangeAsync(ledger);
    }

    /// <summary>A subscription that cannot take some events goes past them.</summary>
    public static async Task LeaveDeadLettersAsync(NpgsqlDataSource dataSource)
    {
        var mail = new Subscription("mail-to-the-harbour-master", (recorded, _) => recorded.Type == "tool.called"
            ? throw new InvalidOperationException("The mail server answered 550: no such mailbox.")
            : Task.CompletedTask)
        {
            Start = SubscriptionStart.Beginning,
            Filter = new EventFilter { StreamPrefix = "run:survey", Types = ["tool.called", "kit.loaded"] },
        };
        await using var node = new ProjectionDaemon(
            dataSource, new PostgresOptions(), new DaemonOptions { Subscriptions = [mail], OnFailure = FailurePolicy.DeadLetter, Retries = 0, SearchIndex = false });
        await node.StartAsync();
        var admin = new ProjectionAdmin(dataSource);
        while ((await admin.ListDeadLettersAsync()).Count < 60)
        {
            await Task.Yield();
        }
    }

    private static async Task WriteSurveyAsync(AgentLedger ledger)
    {
        var run = ledger.GetRun("survey-of-harbours");
        await run.AppendAsync([new KitLoaded("harbours")]);
        for (var i = 0; i < 4; i++)
        {
            await run.CallOnceAsync(
                "llm",
                JsonSerializer.SerializeToElement(new { model = "large", messages = new[] { new { role = "user", content = $"What of harbour {i}? {Long}" } } }),
                _ => Task.FromResult(CallResponse.OfText(Long) with { CostUsd = 0.0421m * (i + 1), InputTokens = 1_200 * i, OutputTokens = 310 }));
        }

        for (var i = 0; i < 60; i++)
        {
            var kind = Kinds[i % Kinds.Length];
            var made = new NewEvent(
                new ObjectCreated($"{kind.ToLowerInvariant()}-{i / Kinds.Length}", kind, new JsonObject
                {
                    ["name"] = $"{kind} number {i}",
                    ["depth"] = 4.5 + i,
                    ["note"] = i % 9 == 0 ? Long : "as charted",
                    ["position"] = new JsonObject { ["lat"] = 53.5 + (i / 100.0), ["lon"] = 9.9 },
                }),
                new EventMetadata { Actor = Actors[i % Actors.Length] });
            var related = new NewEvent(
                new RelationCreated($"rel-{i}", i % 2 == 0 ? "lies in" : "reported by", $"{kind.ToLowerInvariant()}-{i / Kinds.Length}", $"{Kinds[i % 3].ToLowerInvariant()}-0"),
                new EventMetadata { Actor = Actors[i % Actors.Length], Causes = [made.Id] });
            await run.AppendAsync([made, related, new NewEvent(new ToolCalled("echo-sounder"), new EventMetadata { Actor = "reader", Causes = [related.Id], CallId = i == 0 ? "sound" : null })]);
        }

        await run.AppendAsync([new ObjectPatched("harbour-0", new JsonObject { ["depth"] = 12, ["checked"] = true }), new BudgetExhausted(["max_usd=1"])]);
        Run[] parents = [run, run, run];
        for (var i = 0; i < 14; i++)
        {
            var parent = parents[i % 3];
            var (at, length) = (new Position(20 + (i * 9)), await parent.GetLengthAsync());
            var branch = await parent.ForkAsync(at < length ? at : length, new ForkOptions { Id = $"what-if-{i}", Name = i % 4 == 0 ? "what if the northern quay had been dredged in spring, as the plan of 2019 foresaw?" : null });
            await branch.AppendAsync([.. Enumerable.Range(0, 60 + (i * 5)).Select(n => new KitLoaded($"again {n}"))]);
            parents[i % 3] = i % 5 == 0 ? branch : parents[i % 3];
        }
    }

    private static async Task WriteTasksAsync(AgentLedger ledger)
    {
        var tasks = new TaskLedger(ledger.Store);
        var at = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        AgentTask Task(string id, string prompt, string? parent = null, string? status = null) => new()
        {
            Id = id,
            SystemPrompt = prompt,
            ParentTaskId = parent,
            CompletionStatus = status,
            Run = StreamName.Run("survey-of-harbours"),
            CreatedAt = at,
            UpdatedAt = at,
        };
        await tasks.SaveTaskAsync(Task("survey", "You survey harbours. Name the source of every figure. " + Long));
        await tasks.SaveTaskAsync(Task("survey-north", "Measure the northern quay.", "survey", "success"));
        await tasks.SaveTaskAsync(Task("survey-north-again", "Measure it at high water.", "survey-north", "failed"));
        await tasks.SaveTaskAsync(Task("survey-south", "Measure the southern quay.", "survey"));
        (MessageRole Role, string Text)[] said =
        [
            (MessageRole.User, "How deep is the northern quay?"), (MessageRole.Assistant, "I measure it at low water first."), (MessageRole.User, "And the tide?"),
            (MessageRole.Assistant, Long), (MessageRole.User, "Short, please."), (MessageRole.Assistant, "12 m, measured twice; the tide explains 0.4 m of the 0.6 m between the figures."),
        ];
        for (var i = 0; i < said.Length; i++)
        {
            await tasks.SaveMessageAsync(new Message { Id = $"said-{i}", TaskId = "survey", Role = said[i].Role, Content = said[i].Text, Timestamp = at.AddMinutes(i), Interrupted = i == 3 });
        }

        foreach (var (id, status) in new[] { ("sound", CallStatus.Completed), ("write", CallStatus.InProgress), ("send", CallStatus.Failed) })
        {
            await tasks.SaveCallAsync(new Call
            {
                Id = id,
                TaskId = "survey",
                AbilityName = $"harbour:{id}",
                Parameters = """{"quay": "north", "times": 2}""",
                Status = status,
                Details = id == "sound" ? JsonSerializer.Serialize(new { depth = 12, log = Long }) : "{}",
                CreatedAt = at,
                UpdatedAt = at,
                StartMessageId = "said-0",
            });
        }
    }

    private static async Task WriteRecordsAsync(AgentLedger ledger)
    {
        await using var records = new ChronoStore(ledger.Store, "harbours");
        for (var i = 0; i < 14; i++)
        {
            await records.UpsertAsync(new ChronoRecord
            {
                Id = $"req-{i}",
                Kind = i % 3 == 0 ? "testcase" : "requirement",
                Label = i == 3 ? Long[..300] : $"The depth of quay {i} is known to half a metre.",
                Status = i == 5 ? "deprecated" : "active",
                Confidence = 1 - (i * 0.05),
                Data = JsonSerializer.SerializeToElement(new { depth = i, note = i == 3 ? Long : "" }),
            });
        }

        await records.UpsertAsync(new ChronoRecord { Id = "req-3", Kind = "testcase", Label = "Short.", Status = "active", Data = JsonSerializer.SerializeToElement(new { depth = 4 }) });
        await records.DeleteAsync("req-3");
    }
}
