using Ledger.Log;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Appending;

/// <summary>Appends that wait for a lane and are written together, each with an answer of its own.</summary>
public sealed class GatheringTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const string State =
        """
        select concat_ws(' ', s.last_value, string_agg(concat_ws(' ', t.id, t.version, t."timestamp", t.is_archived), ',' order by t.id),
                         (select string_agg(h::text, ',' order by h.stream) from ledger.world_head as h))
        from ledger.mt_events_sequence as s, ledger.mt_streams as t
        group by s.last_value
        """;

    private const string Three =
        "array[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{kit}', '{kit}', array['{}', '{}', '{}']::jsonb[], '{}', '{}', '{}', true";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Append_Gathered_WrittenByOneTransactionAndAnsweredEach()
    {
        await using var store = CreateStore(lanes: 1);
        var streams = Streams(50);

        var appends = await GatherAsync(store, () => [.. streams.Select((s, i) => store.AppendAsync(s, ExpectedVersion.NoStream, Kits(i % 3 + 1)))]);

        var results = await Task.WhenAll(appends);
        results.Select(r => r.Stream).ShouldBe(streams);
        results.Select(r => r.Version.Value).ShouldBe(streams.Select((_, i) => (long)(i % 3 + 1)));
        foreach (var result in results)
        {
            (await store.ReadForwardAsync(result.Stream).LastAsync()).Sequence.ShouldBe(result.LastSequence);
        }

        var names = string.Join(", ", streams.Select(s => $"'{s}'"));
        (await database.ScalarAsync<long>($"select count(distinct xmin::text) from ledger.mt_events where stream_id in ({names})")).ShouldBe(1);
    }

    [Fact]
    public async Task Append_GatheredWithRefused_FailsThatCallerAlone()
    {
        await using var store = CreateStore(lanes: 1);
        var streams = Streams(20);
        var (conflict, archived, elsewhere, bad) = (streams[3], streams[7], streams[11], streams[15]);
        await store.AppendAsync(archived, ExpectedVersion.Any, Kits(1));
        await store.ArchiveAsync(archived);
        var taken = new NewEvent(new KitLoaded("taken"));
        await store.AppendAsync(Streams(1)[0], ExpectedVersion.Any, [taken]);

        var appends = await GatherAsync(store, () => [.. streams.Select(s => AppendAsync(s))]);
        await Task.WhenAll(appends).ContinueWith(_ => { }, TaskScheduler.Default);

        async Task<AppendResult> AppendAsync(StreamName stream) => await store.AppendAsync(
            stream,
            stream == conflict ? ExpectedVersion.Exactly(new StreamVersion(4)) : ExpectedVersion.Any,
            [stream == elsewhere ? taken : new NewEvent(new KitLoaded(stream == bad ? "\0" : "kit"))]);

        (await Should.ThrowAsync<WrongExpectedVersionException>(() => appends[3])).Stream.ShouldBe(conflict);
        (await Should.ThrowAsync<StreamArchivedException>(() => appends[7])).Stream.ShouldBe(archived);
        (await Should.ThrowAsync<EventIdInUseException>(() => appends[11])).Stream.ShouldBe(elsewhere);
        await Should.ThrowAsync<InvalidEventException>(() => appends[15]);
        appends.Count(a => a.IsCompletedSuccessfully).ShouldBe(16);
    }

    [Fact]
    public async Task Append_GatheredToStreamsThatAreThere_EachIsAnsweredForItsOwn()
    {
        await using var store = CreateStore(lanes: 1);
        var streams = Streams(20);
        var names = string.Join(", ", streams.Select(s => $"'{s}'"));
        await Task.WhenAll(streams.Select((s, i) => store.AppendAsync(s, ExpectedVersion.Any, Kits(i % 3 + 1))));

        var results = await Task.WhenAll(await GatherAsync(store, () => [.. streams.Select(s => store.AppendAsync(s, ExpectedVersion.Any, Kits(1)))]));
        results.Select(r => r.Stream).ShouldBe(streams);
        results.Select(r => r.Version.Value).ShouldBe(streams.Select((_, i) => (long)(i % 3 + 2)));
        foreach (var result in results)
        {
            (await store.ReadForwardAsync(result.Stream).LastAsync()).Sequence.ShouldBe(result.LastSequence);
        }

        await store.ArchiveAsync(streams[7]);
        var appends = await GatherAsync(store, () => [.. streams.Select(s => store.AppendAsync(s, ExpectedVersion.Any, Kits(1)))]);
        (await Should.ThrowAsync<StreamArchivedException>(() => appends[7])).Stream.ShouldBe(streams[7]);
        (await Task.WhenAll(appends.Where((_, i) => i != 7))).Select(r => r.Version.Value).ShouldBe(
            streams.Select((_, i) => (long)(i % 3 + 3)).Where((_, i) => i != 7));
        (await database.ScalarAsync<long>(
            $"select count(*) from ledger.mt_streams as t join ledger.mt_events as e on e.stream_id = t.id and e.version = t.version and e.\"timestamp\" = t.\"timestamp\" where t.id in ({names})"))
            .ShouldBe(streams.Length);
    }

    [Fact]
    public async Task AppendNewEvents_StreamThatIsMissingOrArchived_WritesNothingAndDrawsNoNumber()
    {
        var (first, second, archived) = (Streams(1)[0], StreamName.Run("begun"), Streams(1)[0]);
        await database.Store.AppendAsync(first, ExpectedVersion.Any, Kits(2));
        await database.Store.AppendAsync(archived, ExpectedVersion.Any, Kits(1));
        await database.Store.ArchiveAsync(archived);
        await new AgentLedger(database.Store).StartRunAsync("begun");
        var before = await database.ScalarAsync<string>(State);

        foreach (var other in new[] { "missing", archived.Value })
        {
            (await database.ScalarAsync<bool>($"select ledger.append_new_events_v1(array['{first}', '{second}', '{other}'], {Three}) is null")).ShouldBeTrue();
            (await database.ScalarAsync<string>(State)).ShouldBe(before);
        }

        (await database.ScalarAsync<bool>($"select ledger.append_new_event_v1('{archived}', null, gen_random_uuid(), 'kit', '', '{{}}', null, null, null, true) is null")).ShouldBeTrue();
        (await database.ScalarAsync<bool>($"select ledger.append_new_event_v1('{first}', 1, gen_random_uuid(), 'kit', '', '{{}}', null, null, null, true) is null")).ShouldBeTrue();

        // A message goes to a task alone.
        (await database.ScalarAsync<bool>($"select ledger.append_new_message_v1('{first}', null, gen_random_uuid(), 'message.saved', '', '{{}}', null, null, null) is null")).ShouldBeTrue();
        (await database.ScalarAsync<string>(State)).ShouldBe(before);
        (await database.ScalarAsync<long[]>($"select ledger.append_new_event_v1('{first}', 2, gen_random_uuid(), 'kit', '', '{{}}', null, null, null, true)"))[0].ShouldBe(3);
    }

    [Fact]
    public async Task Append_SameIdTwiceAmongGathered_SecondIsAnsweredByTheFirst()
    {
        await using var store = CreateStore(lanes: 1);
        var stream = Streams(1)[0];
        var same = new NewEvent(new KitLoaded("same"));

        var appends = await GatherAsync(store, () =>
        [
            store.AppendAsync(stream, ExpectedVersion.Any, [same]),
            store.AppendAsync(stream, ExpectedVersion.NoStream, [same]),
            store.AppendAsync(Streams(1)[0], ExpectedVersion.Any, [same]),
        ]);

        (await appends[0]).Outcome.ShouldBe(AppendOutcome.Written);
        (await appends[1]).ShouldBe((await appends[0]) with { Outcome = AppendOutcome.AlreadyWritten });
        await Should.ThrowAsync<EventIdInUseException>(() => appends[2]);
    }

    [Fact]
    public async Task Append_CancelledBeforeItIsSent_IsNotWritten()
    {
        await using var store = CreateStore(lanes: 1);
        using var cancellation = new CancellationTokenSource();
        var (cancelled, kept) = (Streams(1)[0], Streams(1)[0]);

        var appends = await GatherAsync(
            store,
            () =>
            [
                store.AppendAsync(cancelled, ExpectedVersion.Any, Kits(1), cancellation.Token),
                store.AppendAsync(kept, ExpectedVersion.Any, Kits(1)),
            ],
            whileWaiting: async pending =>
            {
                await cancellation.CancelAsync();
                await Should.ThrowAsync<OperationCanceledException>(() => pending[0]);
            });

        (await appends[1]).Version.Value.ShouldBe(1);
        (await store.GetStreamAsync(cancelled)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_CancelledInTheBatchUnderWay_CallerReturnsAndOthersSucceed()
    {
        await using var store = CreateStore(lanes: 1);
        using var cancellation = new CancellationTokenSource();
        await using var first = await HeldStream.CreateAsync(database);
        await using var second = await HeldStream.CreateAsync(database);
        var other = Streams(1)[0];
        var newEvent = new NewEvent(new KitLoaded("in flight"));

        var head = store.AppendAsync(first.Name, ExpectedVersion.Any, Kits(1));
        await first.WaitForWaitersAsync();
        var cancelled = store.AppendAsync(second.Name, ExpectedVersion.Any, [newEvent], cancellation.Token);
        var gathered = store.AppendAsync(other, ExpectedVersion.Any, Kits(1));
        await first.DisposeAsync();
        await head;
        await second.WaitForWaitersAsync();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        await second.DisposeAsync();
        (await gathered.WaitAsync(Patience)).Version.Value.ShouldBe(1);
        (await store.AppendAsync(second.Name, ExpectedVersion.Any, [newEvent])).Version.Value.ShouldBe(2);
    }

    [Fact]
    public async Task Append_PoolOfOne_AllAreWritten()
    {
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString + ";Maximum Pool Size=1");
        await using var store = new PostgresEventStore(pool);
        var streams = Streams(16);

        var singles = Enumerable.Range(0, 200).Select(i => store.AppendAsync(streams[i % 16], ExpectedVersion.Any, Kits(1)));
        var crossing = Enumerable.Range(0, 50).Select(i => store.AppendAsync(
            [.. Enumerable.Range(i, 3).Select(n => new StreamAppend(streams[n % 16], ExpectedVersion.Any, [new NewEvent(new KitLoaded("kit"))]))]));
        await Task.WhenAll([.. singles, .. crossing]).WaitAsync(Patience);

        var counts = await Task.WhenAll(streams.Select(async s => (await database.Store.GetStreamAsync(s))!.Version.Value));
        counts.Sum().ShouldBe(350);
    }

    [Fact]
    public async Task Append_DataSourceDisposed_EachCallerIsTold()
    {
        // Too small a pool for lanes to keep connections, which would go on for a moment.
        var pool = NpgsqlDataSource.Create(database.ConnectionString + ";Maximum Pool Size=4");
        await using var store = new PostgresEventStore(pool);
        await store.AppendAsync(Streams(1)[0], ExpectedVersion.Any, Kits(1));
        await pool.DisposeAsync();

        var appends = Streams(20).Select(s => store.AppendAsync(s, ExpectedVersion.Any, Kits(1))).ToArray();

        foreach (var append in appends)
        {
            await Should.ThrowAsync<ObjectDisposedException>(() => append.WaitAsync(Patience));
        }
    }

    private static object[] Kits(int count) => [.. Enumerable.Repeat(new KitLoaded("kit"), count)];

    private static StreamName[] Streams(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new StreamName("gathered-" + Guid.NewGuid().ToString("N")))];

    // A busy machine takes its time with a batch, and with what is gathered meanwhile.
    private PostgresEventStore CreateStore(int lanes) => new(database.DataSource, new PostgresOptions { AppendLanes = lanes, LongestBatchSeconds = 30 });

    /// <summary>Makes calls while the lane waits for a locked stream, so that they are sent together.</summary>
    private async Task<Task<AppendResult>[]> GatherAsync(
        PostgresEventStore store,
        Func<Task<AppendResult>[]> call,
        Func<Task<AppendResult>[], Task>? whileWaiting = null)
    {
        await using var held = await HeldStream.CreateAsync(database);
        var head = store.AppendAsync(held.Name, ExpectedVersion.Any, Kits(1));
        await held.WaitForWaitersAsync();
        var appends = call();
        await (whileWaiting?.Invoke(appends) ?? Task.CompletedTask);
        await held.DisposeAsync();
        (await head.WaitAsync(Patience)).Version.Value.ShouldBe(2);
        return appends;
    }
}
