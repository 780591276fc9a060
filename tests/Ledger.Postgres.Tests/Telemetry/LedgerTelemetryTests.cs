using System.Diagnostics;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Tests.Log.Appending;
using Ledger.Projections;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Telemetry;

public sealed class LedgerTelemetryTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Append_Measured_CountsCallsEventsAndConflicts()
    {
        using var measured = new Measurements();
        var stream = NewStream();
        NewEvent[] events = [.. Enumerable.Range(0, 4_321).Select(_ => new NewEvent(new KitLoaded("kit")))];

        await database.Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await database.Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await Should.ThrowAsync<WrongExpectedVersionException>(
            () => database.Store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("kit")]));

        measured.Of("ledger.append.calls", "written").ShouldNotBeEmpty();
        measured.Of("ledger.append.calls", "already_written").ShouldNotBeEmpty();
        measured.Of("ledger.append.calls", "conflict").ShouldNotBeEmpty();
        measured.Of("ledger.append.events").Count(n => n == events.Length).ShouldBe(1);
        measured.Of("ledger.append.conflicts").ShouldNotBeEmpty();
        measured.Of("ledger.append.commit.duration").ShouldAllBe(s => s > 0);
        measured.UnitOf("ledger.append.calls").ShouldBe("{append}");
        measured.UnitOf("ledger.append.events").ShouldBe("{event}");
        measured.UnitOf("ledger.append.commit.duration").ShouldBe("s");
    }

    [Fact]
    public async Task Append_GatheredAndMeasured_TellsBatchSizeAndQueueTime()
    {
        using var measured = new Measurements("ledger.append.batch.size", "ledger.append.queue.duration");
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1, LongestBatchSeconds = 30 });
        await using var held = await HeldStream.CreateAsync(database);

        var head = store.AppendAsync(held.Name, ExpectedVersion.Any, [new KitLoaded("kit")]);
        await held.WaitForWaitersAsync();
        var gathered = Enumerable.Range(0, 37).Select(_ => store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("kit")])).ToArray();
        await held.DisposeAsync();
        await Task.WhenAll([head, .. gathered]);

        measured.Of("ledger.append.batch.size").ShouldContain(37);
        measured.Of("ledger.append.queue.duration").Count().ShouldBeGreaterThanOrEqualTo(37);
    }

    [Fact]
    public async Task Append_InlineProjectionMeasured_TellsItsTime()
    {
        var table = "timed_" + Guid.NewGuid().ToString("N");
        await using (var create = database.DataSource.CreateCommand($"create table {table} (stream text)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        using var measured = new Measurements("ledger.projection.inline.duration");
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions
        {
            Projections =
            [
                new RowProjection(table, $$"""insert into {{table}} (stream) select stream_id from {pending} as e, pg_sleep(0.02) as s"""),
                new RowProjection(table + "_2", "select 1 as answer from {pending}"),
            ],
        });

        await store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("kit")]);
        await store.ImportAsync(new[] { new StreamEvent(NewStream(), new NewEvent(new KitLoaded("kit"))) }.ToAsyncEnumerable());

        measured.Of("ledger.projection.inline.duration", table).Count(s => s >= 0.02).ShouldBe(2);
        measured.Of("ledger.projection.inline.duration", table + "_2").Count().ShouldBe(2);
        (await database.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(2);
    }

    [Fact]
    public async Task Append_DocumentsMeasured_TellTheirTime()
    {
        var (name, slow) = ("timed-" + Guid.NewGuid().ToString("N"), TimeSpan.FromMilliseconds(20));
        var tally = new Snapshot<Tally>(
            new Aggregate<Tally>(name, Tally.Empty, (tally, _) => Spend(slow, tally)), "timed_tally", ProjectionSamplesContext.Default.Tally);
        var uses = new DocumentProjection<ToolUse>(name + "-uses", "timed_use", ProjectionSamplesContext.Default.ToolUse)
            .On<KitLoaded>(loaded => loaded.Kit!, (_, loaded) => Spend(slow, new ToolUse(loaded.Kit!, 1)));
        var rows = new EventProjection(name + "-rows").On<KitLoaded>((_, _, connection, cancellationToken) => SleepAsync(connection, slow, cancellationToken));
        using var measured = new Measurements("ledger.projection.inline.duration");
        await using var store = await database.CreateProjectingStoreAsync([tally, uses, rows]);

        await store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("kit")]);
        await store.ImportAsync(new[] { new StreamEvent(NewStream(), new NewEvent(new KitLoaded("kit"))) }.ToAsyncEnumerable());

        foreach (var projection in new Projection[] { tally, uses, rows })
        {
            measured.Of("ledger.projection.inline.duration", projection.Name).Count(s => s >= slow.TotalSeconds).ShouldBe(2);
        }
    }

    [Fact]
    public async Task Append_Traced_HasASpanThatTheEventsNameAsTheirParent()
    {
        var stopped = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Ledger",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (stopped)
                {
                    stopped.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var parent = new Activity("request").Start();
        var stream = NewStream();

        await database.Store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("kit")]);
        await Should.ThrowAsync<WrongExpectedVersionException>(
            () => database.Store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("kit")]));

        Activity[] spans;
        lock (stopped)
        {
            spans = [.. stopped.Where(a => a.TraceId == parent.TraceId)];
        }

        spans.Select(s => (s.OperationName, s.Kind, s.ParentSpanId, s.Status)).ShouldBe(
        [
            ("ledger.append", ActivityKind.Client, parent.SpanId, ActivityStatusCode.Unset),
            ("ledger.append", ActivityKind.Client, parent.SpanId, ActivityStatusCode.Error),
        ]);
        spans[0].GetTagItem("ledger.stream").ShouldBe(stream.Value);
        spans[0].GetTagItem("ledger.append.events").ShouldBe(1);
        spans[1].GetTagItem("error.type").ShouldBe(nameof(WrongExpectedVersionException));
        (await database.Store.ReadForwardAsync(stream).SingleAsync()).Metadata.TraceParent.ShouldBe(spans[0].Id);
    }

    [Fact]
    public async Task Append_TracedByNobody_TakesTheCallersContext()
    {
        using var parent = new Activity("request").Start();
        var stream = NewStream();

        await database.Store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("kit")]);

        (await database.Store.ReadForwardAsync(stream).SingleAsync()).Metadata.TraceParent.ShouldNotBeNull().ShouldContain(parent.TraceId.ToString());
    }

    private static async Task SleepAsync(NpgsqlConnection connection, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var sleep = new NpgsqlCommand("select pg_sleep($1)", connection) { Parameters = { new() { Value = time.TotalSeconds } } };
        await sleep.ExecuteNonQueryAsync(cancellationToken);
    }

    private static T Spend<T>(TimeSpan time, T result)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < time)
        {
        }

        return result;
    }

    private static StreamName NewStream() => new("telemetry-" + Guid.NewGuid().ToString("N"));
}
