using Ledger.Conformance.Projections;
using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Projections;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>Asynchronous projections produce the same results as inline ones, and continue after failures.</summary>
public sealed class ProjectionDaemonTests
{
    [Fact]
    public async Task Async_EveryKind_GivesWhatInlineGives()
    {
        await using var inline = await DaemonBench.CreateAsync([]);
        await using var bench = await DaemonBench.CreateAsync();
        await using var store = await inline.Database.CreateProjectingStoreAsync(DaemonBench.AllKinds);
        await FillAsync(store);
        await FillAsync(bench.Store);

        await bench.StartAsync();
        await FillAsync(bench.Store);
        await FillAsync(store);
        await bench.CaughtUpAsync();

        (await bench.ContentAsync()).ShouldBe(await inline.ContentAsync());
    }

    [Fact]
    public async Task Async_ThreeNodes_OneOwnsEachShardAndAnotherTakesOver()
    {
        await using var bench = await DaemonBench.CreateAsync();
        var nodes = new List<ProjectionDaemon>();
        for (var i = 0; i < 3; i++)
        {
            nodes.Add(await bench.StartAsync(new DaemonOptions { NodeName = $"node-{i}" }));
        }

        foreach (var node in nodes)
        {
            await FillAsync(bench.Store);
            await bench.CaughtUpAsync();
            await node.StopAsync();
        }

        var last = await bench.StartAsync(new DaemonOptions { NodeName = "node-3" });
        await FillAsync(bench.Store);
        await bench.CaughtUpAsync();

        (await bench.Database.ScalarAsync<string>("select string_agg(distinct node, ',') from ledger.projection_shard")).ShouldBe("node-3");
        await last.StopAsync();
        (await bench.Database.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())")).ShouldBe(0);
    }

    [Fact]
    public async Task Async_EventCannotBeApplied_StopsBeforeItUntilResumed()
    {
        await using var bench = await DaemonBench.CreateAsync();
        await bench.StartAsync(new DaemonOptions { Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1) });
        var (good, bad) = (StreamName.Run("good"), StreamName.Run("bad"));
        await bench.Store.AppendAsync(good, ExpectedVersion.Any, [new KitLoaded("a")]);
        await bench.Store.AppendAsync(bad, ExpectedVersion.Any, [new KitLoaded("b"), new KitLoaded("poison"), new KitLoaded("c")]);
        await bench.CaughtUpAsync(DaemonBench.Kits);

        await UntilAsync(bench, "select state from ledger.projection_shard where name = 'tally:All'", "failed");

        (await bench.Database.ScalarAsync<long>("select last_seq_id from ledger.mt_event_progression where name = 'tally:All'")).ShouldBe(2);
        (await bench.Database.ScalarAsync<string>("select error from ledger.projection_shard where name = 'tally:All'")).ShouldBe("The kit is poisoned.");
    }

    [Fact]
    public async Task Async_DeadLetters_GoesPastTheEventAlone()
    {
        await using var bench = await DaemonBench.CreateAsync();
        var handled = new List<string>();
        var subscription = new Subscription("told", (recorded, _) =>
        {
            var kit = ((KitLoaded)recorded.Data).Kit!;
            if (kit == "poison")
            {
                throw new InvalidOperationException("Not this one.");
            }

            handled.Add(kit);
            return Task.CompletedTask;
        });
        await bench.StartAsync(new DaemonOptions
        {
            OnFailure = FailurePolicy.DeadLetter, Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1), Subscriptions = [subscription],
        });
        var stream = StreamName.Run("bad");
        await bench.Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("poison"), new KitLoaded("b"), new KitLoaded("poison"), new KitLoaded("c")]);

        await bench.CaughtUpAsync();
        await UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'told:All'", "4");

        (await bench.Store.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(Conformance.Projections.Tally.Empty.With("b").With("c"));
        handled.ShouldBe(["b", "c"]);
        (await bench.Database.ScalarAsync<string>("""
            select string_agg(concat_ws(' ', data ->> 'ProjectionName', data ->> 'ShardName', data ->> 'EventSequence', data ->> 'ExceptionType',
                data ->> 'ExceptionMessage'), E'\n' order by data ->> 'ProjectionName', data ->> 'EventSequence')
            from ledger.mt_doc_deadletterevent
            """)).ShouldBe("""
            tally All 1 InvalidOperationException The kit is poisoned.
            tally All 3 InvalidOperationException The kit is poisoned.
            told All 1 InvalidOperationException Not this one.
            told All 3 InvalidOperationException Not this one.
            """);
    }

    [Fact]
    public async Task Subscriptions_WithTheirOwnRetriesAndBatches_GoOnWhereOthersStop()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        var (taken, attempts, together) = (new List<string>(), 0, 0);
        var hook = new Subscription("hook", 3, (events, _) => HandleAsync(events)) { Retries = 2, RetryDelay = TimeSpan.FromMilliseconds(1), KeepsDeadLetters = true };
        var strict = new Subscription("strict", (recorded, _) => KitOf(recorded) == "poison" ? throw new InvalidOperationException("Not this one.") : Task.CompletedTask);
        await bench.Store.AppendAsync(StreamName.Run("bad"), ExpectedVersion.Any, [.. new[] { "a", "b", "c", "poison", "d", "e" }.Select(kit => new KitLoaded(kit))]);

        await bench.StartAsync(new DaemonOptions { Retries = 0, Subscriptions = [hook, strict] });
        await UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'hook:All'", "6");
        await UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'strict:All'", "3");

        taken[0].ShouldBe("a+b+c");
        string.Join('+', taken).ShouldBe("a+b+c+d+e");

        // Once more where it was met in the middle of a page.
        attempts.ShouldBeInRange(3, 4);
        together.ShouldBe(1, "the others are not delivered with each retry");
        (await bench.Database.ScalarAsync<string>("select string_agg(concat_ws(' ', data ->> 'ProjectionName', data ->> 'EventSequence'), ',') from ledger.mt_doc_deadletterevent"))
            .ShouldBe("hook 4");

        Task HandleAsync(IReadOnlyList<RecordedEvent> events)
        {
            if (events.Any(recorded => KitOf(recorded) == "poison"))
            {
                _ = events.Count == 1 ? attempts++ : together++;
                throw new InvalidOperationException("Not this one.");
            }

            taken.Add(string.Join('+', events.Select(KitOf)));
            return Task.CompletedTask;
        }

        static string KitOf(RecordedEvent recorded) => ((KitLoaded)recorded.Data).Kit!;
    }

    [Fact]
    public async Task Async_ErrorCannotBeStoredAsItIs_IsADeadLetterAllTheSame()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        var subscription = new Subscription("told", (_, _) => throw new InvalidOperationException("Not\0 this \ud83e one."));
        await bench.StartAsync(new DaemonOptions
        {
            OnFailure = FailurePolicy.DeadLetter, Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1), Subscriptions = [subscription],
        });

        await bench.Store.AppendAsync(StreamName.Run("bad"), ExpectedVersion.Any, [new KitLoaded("a")]);

        await UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'told:All'", "1");
        (await bench.Database.ScalarAsync<string>("select data ->> 'ExceptionMessage' from ledger.mt_doc_deadletterevent")).ShouldBe("Not\uFFFD this \uFFFD one.");
    }

    [Fact]
    public async Task Async_JsonThatDoesNotFitAndDeadLetters_GoesPastIt()
    {
        await using var bench = await DaemonBench.CreateAsync(ProjectionSamples.All);
        var stream = StreamName.Run("misfit");
        await bench.Store.AppendAsync(
            stream, ExpectedVersion.Any, [new KitLoaded("a"), Untyped("kit.loaded", """{"kit": 7}"""), Untyped("tool.called", """{"tool": 7}"""), new KitLoaded("b")]);
        await bench.StartAsync(new DaemonOptions { OnFailure = FailurePolicy.DeadLetter, Retries = 0 });

        await bench.CaughtUpAsync();

        (await bench.Store.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(Conformance.Projections.Tally.Empty.With("a").With("b"));
        (await bench.Database.ScalarAsync<string>("""
            select string_agg(concat_ws(' ', data ->> 'ProjectionName', data ->> 'EventSequence', data ->> 'ExceptionType'), E'\n' order by data ->> 'ProjectionName')
            from ledger.mt_doc_deadletterevent
            """)).ShouldBe("tally 2 EventMisfitException\ntool-uses 3 EventMisfitException");
    }

    [Fact]
    public async Task Async_JsonThatDoesNotFitAndStop_StopsBeforeIt()
    {
        await using var bench = await DaemonBench.CreateAsync([ProjectionSamples.ToolUses]);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new ToolCalled("t"), Untyped("tool.called", """{"tool": 7}""")]);
        await bench.StartAsync(new DaemonOptions { Retries = 0 });

        await UntilAsync(
            bench,
            "select concat_ws(' ', state, error_sequence, split_part(error, ':', 1)) from ledger.projection_shard where name = 'tool-uses:All'",
            "failed 2 The JSON of event 'tool.called' at version 2 of stream 'run");
        (await bench.Database.ScalarAsync<long>("select last_seq_id from ledger.mt_event_progression where name = 'tool-uses:All'")).ShouldBe(1);
    }

    [Fact]
    public async Task Subscription_FilterAndStart_IsToldOfWhatItAskedFor()
    {
        await using var bench = await DaemonBench.CreateAsync([]);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1"), new ToolCalled("2"), new KitLoaded("3")]);
        await bench.Store.AppendAsync(new StreamName("other:a"), ExpectedVersion.Any, [new KitLoaded("4")]);
        var told = new List<string>();
        var from = DateTimeOffset.MinValue;
        Subscription Tell(string name, SubscriptionStart start, EventFilter filter) => new(name, (recorded, _) =>
        {
            lock (told)
            {
                told.Add($"{name} {recorded.Sequence}");
            }

            return Task.CompletedTask;
        })
        {
            Start = start,
            Filter = filter,
        };

        await bench.StartAsync(new DaemonOptions
        {
            Subscriptions =
            [
                Tell("all", SubscriptionStart.Beginning, EventFilter.All),
                Tell("kits", SubscriptionStart.Beginning, new EventFilter { Types = ["kit.loaded"] }),
                Tell("runs", SubscriptionStart.After(new SequenceNumber(2)), new EventFilter { StreamPrefix = "run:" }),
                Tell("now", SubscriptionStart.Present, EventFilter.All),
                Tell("then", SubscriptionStart.At(DateTimeOffset.UnixEpoch), EventFilter.All),
                Tell("never", SubscriptionStart.At(DateTimeOffset.MaxValue), EventFilter.All),
            ],
        });
        await UntilAsync(bench, "select count(*)::text from ledger.mt_event_progression where last_seq_id = 4 and name <> 'Ledger:HighWaterMark'", "6");
        await bench.Store.AppendAsync(StreamName.Run("b"), ExpectedVersion.Any, [new KitLoaded("5")]);
        await UntilAsync(bench, "select count(*)::text from ledger.mt_event_progression where last_seq_id = 5 and name <> 'Ledger:HighWaterMark'", "6");

        told.Order(StringComparer.Ordinal).ShouldBe(
        [
            "all 1", "all 2", "all 3", "all 4", "all 5", "kits 1", "kits 3", "kits 4", "kits 5", "now 5", "runs 3", "runs 5",
            "then 1", "then 2", "then 3", "then 4", "then 5",
        ]);
    }

    [Fact]
    public async Task WaitForNonStale_NobodyRunsIt_SaysHowFarItIs()
    {
        await using var bench = await DaemonBench.CreateAsync();
        await FillAsync(bench.Store);

        var late = await Should.ThrowAsync<TimeoutException>(() => bench.Store.WaitForNonStaleAsync(TimeSpan.Zero, DaemonBench.Kits));

        late.Message.ShouldBe(
            "'kits:All' is at 0 after 00:00:00, and the log was at 33. "
            + "Allow more time, or see 'ledger projections status': no node may run it, or it is paused or has failed.");
    }

    private static UntypedEvent Untyped(string name, string json) => new(name, System.Text.Json.JsonElement.Parse(json));

    internal static async Task UntilAsync(DaemonBench bench, string sql, string expected)
    {
        using var over = new CancellationTokenSource(DaemonBench.Patience);
        while (await bench.Database.ScalarAsync<object>(sql) is var found && found as string != expected)
        {
            over.IsCancellationRequested.ShouldBeFalse($"{sql} gives {found} instead of {expected}.");
            await bench.Database.ExecuteAsync("select pg_sleep(0.01)");
        }
    }

    private static async Task FillAsync(PostgresEventStore store)
    {
        for (var n = 0; n < 3; n++)
        {
            var stream = StreamName.Run($"filled-{n}");
            for (var i = 0; i < 3; i++)
            {
                await store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded($"{i}"), new ToolCalled($"{stream.Id}-{i}"), new ToolCalled("all")]);
            }

            await store.AppendAsync(stream, ExpectedVersion.Any, [new ToolReturned($"{stream.Id}-{n}"), new ResponderFired("x")]);
        }
    }
}
