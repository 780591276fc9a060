using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Events;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Tests.Retention;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Forgetting;

/// <summary>Masking beside other sessions, and when its own ends.</summary>
public sealed class PostgresMaskingTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Mask_SessionEndsInAPage_MasksNothingAndIsRepeated()
    {
        var run = await StartAsync("ends");
        var request = MaskRequest.OfStream(run.StreamName, "asked");
        await using var blocker = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await ExecuteAsync(blocker, "select from ledger.mt_streams where id = 'run:ends' for update");

        // It has written all, and waits for the stream at the end of its transaction.
        var mask = new EventMasking(database.Store).MaskAsync(request);
        while (await database.ScalarAsync<long>($"select count(pg_terminate_backend(pid)) from pg_stat_activity where {blocker.ProcessID} = any (pg_blocking_pids(pid))") == 0)
        {
            mask.IsCompleted.ShouldBeFalse();
        }

        await Should.ThrowAsync<NpgsqlException>(() => mask);
        await transaction.RollbackAsync();
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events where stream_id = 'run:ends' and data::text like '%secret%'")).ShouldBe(2);
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events where stream_id = 'masked:run:ends'")).ShouldBe(0);
        (await database.ScalarAsync<long>("select count(*) from ledger.masked_event where stream = 'run:ends'")).ShouldBe(0);

        (await new EventMasking(database.Store).MaskAsync(request)).Masked.ShouldBe(2);
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events where stream_id = 'run:ends' and data::text like '%secret%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Mask_SessionKilledAtItsStatements_MasksThePageOrNothing()
    {
        var run = await StartAsync("killed");
        await (await run.ForkAsync(new Position(1))).AppendAsync([new ObjectPatched("a", new JsonObject { ["seen"] = true })]);
        await run.SaveSnapshotAsync();
        await using var kills = new Kills(database.DataSource);
        await kills.BeginAsync();

        var ended = await kills.UntilDoneAsync(
            Scale.Of(4, 1),
            () => new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked")),
            async () => (await CountAsync()).ShouldBe("0 0 0"));

        ended.ShouldBeGreaterThan(4);
        (await CountAsync()).ShouldBe("2 2 2");
        (await run.FindObjectAsync("a"))!.Data["text"].GetString().ShouldBe("****");

        Task<string> CountAsync() => database.ScalarAsync<string>("""
            select (select count(*) from ledger.mt_events where stream_id = 'run:killed' and data::text not like '%secret%')
                || ' ' || (select count(*) from ledger.mt_events where stream_id = 'masked:run:killed')
                || ' ' || (select count(*) from ledger.masked_event where stream = 'run:killed')
            """);
    }

    [Fact]
    public async Task Mask_WhileABranchIsForked_FollowsThereToo()
    {
        var run = await StartAsync("forked");
        await run.GetWorldAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var forking = await new AgentLedger(database.Store.On(transaction)).OpenAsync(run.StreamName);
        var branch = await forking.ForkAsync(new Position(1), new ForkOptions { Id = "late" });

        // It copies what the branch inherits.
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["seen"] = true })]);
        var mask = new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));
        while (!mask.IsCompleted && !await database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid)))"))
        {
            // It waits, or is done already.
        }

        await transaction.CommitAsync();
        (await mask).Masked.ShouldBe(2);
        (await database.ScalarAsync<long>("select count(*) from ledger.world_object where data::text like '%secret%' and stream in ('run:forked', 'branch:late')")).ShouldBe(0);
        (await (await new AgentLedger(database.Store).OpenAsync(branch.StreamName)).FindObjectAsync("a"))!.Data["text"].GetString().ShouldBe("****");
    }

    /// <summary>A branch that comes while a masking waits is before its parent in the order of locks.</summary>
    [Fact]
    public async Task Mask_BranchForkedMeanwhileIsLockedByAnother_WaitsInNoCircle()
    {
        var run = await StartAsync("ordered");
        await using var holder = await database.DataSource.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await ExecuteAsync(holder, "select from ledger.mt_streams where id = 'run:ordered' for no key update");
        var mask = new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));
        await UntilItWaitsForAsync(holder, mask);
        await run.ForkAsync(new Position(1), new ForkOptions { Id = "ordered" });
        await using var writer = await database.DataSource.OpenConnectionAsync();
        await using var writing = await writer.BeginTransactionAsync();
        await ExecuteAsync(writer, "set local deadlock_timeout = '5ms'; select from ledger.mt_streams where id = 'branch:ordered' for update");

        await held.CommitAsync();
        await UntilItWaitsForAsync(writer, mask);
        await ExecuteAsync(writer, "select from ledger.mt_streams where id = 'run:ordered' for update");
        await writing.CommitAsync();

        (await mask).Masked.ShouldBe(2);

        async Task UntilItWaitsForAsync(NpgsqlConnection other, Task waiting)
        {
            while (!await database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {other.ProcessID} = any (pg_blocking_pids(pid)))"))
            {
                waiting.IsCompleted.ShouldBeFalse();
            }
        }
    }

    [Fact]
    public async Task Append_ToTheStreamsOfLedgerBySql_IsRefused()
    {
        foreach (var call in new[]
        {
            "append_event_v3('masked:run:x', null, gen_random_uuid(), 'event.masked', '', '{}', '{}', null, null, true, null)",
            "append_new_event_v1('masked:run:x', null, gen_random_uuid(), 'event.masked', '', '{}', '{}', null, null, true)",
            "append_new_events_v1('{masked:run:x,run:other}', array[gen_random_uuid(), gen_random_uuid()], '{event.masked}', '{}', array['{}'::jsonb, '{}'], '{}', '{}', '{}', false)",
            "append_events_v3('retention:1', null, array[gen_random_uuid()], '{retention.removed}', '{}', array['{}'::jsonb], '{}', '{}', '{}', true, null)",
            "append_v4('{run:other,retention:1}', '{1,2}', '{1,2}', '{null,null}', '{0,1}', '{retention:1}', array[gen_random_uuid()], '{retention.removed}', '{}', array['{}'::jsonb], '{}', '{}', '{}', true, null)",
        })
        {
            (await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync($"select * from ledger.{call}"))).SqlState.ShouldBe("LG032");
        }

        // A name that has it in the middle is any other.
        await database.ExecuteAsync("select * from ledger.append_v4('{note-masked:x}', '{1}', '{1}', '{null}', '{1}', '{note-masked:x}', array[gen_random_uuid()], '{note}', '{}', array['{}'::jsonb], '{}', '{}', '{}', true, null)");
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_streams where id in ('masked:run:x', 'retention:1', 'run:other')")).ShouldBe(0);
    }

    [Fact]
    public async Task AppendOfARecordBySql_ToAStreamOfLedgerThatHasAHead_WritesNothing()
    {
        const string Said = "append_event_v3('masked:run:said', null, gen_random_uuid(), 'event.masked', '', '{}', '{}', null, null, true, null)";
        const string Record = "chrono_append_event_v2('masked:run:said', 1, 1, 'h', 2, 'i', gen_random_uuid(), 'event.masked', '', '{}', null, '\\x01', 'r', 'k', 's', 0, '{}', null, true)";
        await database.ExecuteAsync($"begin; select set_config('ledger.saying', 'yes', true); select * from ledger.{Said}; commit");
        await database.ExecuteAsync("select ledger.chrono_rows_v1('masked:run:said', 0, '', 1, 1, 'h', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')");

        (await database.ScalarAsync<bool>($"select ledger.{Record}")).ShouldBeFalse();
        (await database.ScalarAsync<bool>("select ledger.append_new_message_v1('masked:run:said', null, gen_random_uuid(), 'message.saved', '', '{}', null, null, null) is null"))
            .ShouldBeTrue();
        (await database.ScalarAsync<long>("select version from ledger.mt_streams where id = 'masked:run:said'")).ShouldBe(1);
    }

    [Fact]
    public async Task Mask_BesideAnotherMasking_KeepsBoth()
    {
        var run = await StartAsync("both");
        var id = (await run.ReadAllAsync())[0].Id;
        var masking = new EventMasking(database.Store);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            masking.MaskAsync(MaskRequest.OfEvents([id], "asked") with { Paths = [$"$.data.part{i}"] })));

        (await run.FindObjectAsync("a"))!.Data.Values.Select(value => value.GetString()).ShouldBe(["****", "****", "****", "****", "secret"], ignoreOrder: true);
    }

    [Fact]
    public async Task Mask_InATransactionOfTheCaller_IsRolledBackWithIt()
    {
        var run = await StartAsync("own");
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var report = await new EventMasking(database.Store.On(transaction)).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));
            report.Masked.ShouldBe(2);
            await transaction.RollbackAsync();
        }

        (await run.FindObjectAsync("a"))!.Data["text"].GetString().ShouldBe("secret");
        (await database.Store.GetStreamAsync(EventMasked.StreamOf(run.StreamName))).ShouldBeNull();
    }

    [Fact]
    public async Task Mask_PayloadWithOtherValues_IsRefused()
    {
        var run = await StartAsync("other");
        var recorded = (await run.ReadAllAsync())[0];
        var log = database.Store.Get<IMaskingLog>()!;
        var note = new EventMasked(recorded.Id, recorded.Stream.Value, 1, [], "asked");
        Task<bool> MaskAsync(string json, EventMasked? said = null) =>
            log.MaskAsync([new PayloadMask(recorded, System.Text.Encoding.UTF8.GetBytes(json), default, said ?? note)], new EventMetadata(), default);
        static string Payload(string text, string more = "") =>
            $$"""{"id": "a", "type": "Claim", "data": {"text": {{text}}, "part0": "p", "part1": "p", "part2": "p", "part3": "p"{{more}} } }""";

        foreach (var json in new[] { Payload("\"a lie\""), Payload("1"), Payload("null", ", \"more\": 1"), "{\"id\": \"a\"}", "\"a lie\"", "[1]" })
        {
            (await Should.ThrowAsync<PostgresException>(() => MaskAsync(json))).SqlState.ShouldBe("LG031");
        }

        (await Should.ThrowAsync<PostgresException>(() => MaskAsync(Payload("null"), note with { EventId = Guid.NewGuid() }))).SqlState.ShouldBe("LG031");
        (await run.FindObjectAsync("a"))!.Data["text"].GetString().ShouldBe("secret");
        (await MaskAsync(Payload("null"))).ShouldBeTrue();
    }

    [Fact]
    public async Task Mask_StreamIsBeingAppendedTo_HoldsNothingThatTheAppendWants()
    {
        var run = await StartAsync("order");
        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked") with { Paths = ["$.data.part0"] });
        await using var blocker = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await ExecuteAsync(blocker, "select from ledger.mt_streams where id = 'run:order' for update");
        var mask = new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));
        while (!await database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {blocker.ProcessID} = any (pg_blocking_pids(pid)))"))
        {
            mask.IsCompleted.ShouldBeFalse();
        }

        await ExecuteAsync(blocker, "select from ledger.mt_events where stream_id = 'run:order' for update nowait");
        await transaction.CommitAsync();
        (await mask).Masked.ShouldBe(2);
    }

    [Fact]
    public async Task Mask_BinaryPayload_GoesAsAWholeOrIsRefusedByName()
    {
        var stream = new StreamName("shop:binary");
        await database.Store.AppendAsync(stream, ExpectedVersion.Any, [new UntypedEvent("order", System.Text.Json.JsonElement.Parse("{}"))]);
        await database.ExecuteAsync("update ledger.mt_events set bdata = '\\x736563726574' where stream_id = 'shop:binary'");
        var id = (await database.Store.ReadForwardAsync(stream).SingleAsync()).Id;
        var masking = new EventMasking(database.Store, [new PersonalDataRule("order", "$.name", "$.customer")]);

        foreach (var request in new[]
        {
            MaskRequest.OfEvents([id], "asked") with { Paths = ["$.name"] }, MaskRequest.OfReplaced([id], "asked"), MaskRequest.OfSubject("jane", "asked"),
        })
        {
            (await masking.MaskAsync(request)).Refused.ShouldHaveSingleItem().EventId.ShouldBe(id);
        }

        (await masking.MaskAsync(MaskRequest.OfEvents([id], "asked"))).Masked.ShouldBe(1);
        (await database.ScalarAsync<bool>("select bdata is null from ledger.mt_events where stream_id = 'shop:binary'")).ShouldBeTrue();
        (await masking.MaskAsync(MaskRequest.OfSubject("jane", "asked"))).Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mask_ReportsFilesOfRetentionThatItDoesNotRead()
    {
        var run = await StartAsync("archived");
        await database.ExecuteAsync("""
            insert into ledger.retention_run (policies, started_by, started_at, finished_at) values ('[]', 'a', now(), now());
            insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256)
            select max(id), 'run:archived', 1, 'a', 1, 0, 'restored', 0, 'archived.jsonl', sha256('') from ledger.retention_run
            """);

        (await new EventMasking(database.Store).PlanAsync(MaskRequest.OfStream(run.StreamName, "asked"))).Archives.ShouldBe(["archived.jsonl"]);
        (await new EventMasking(database.Store).PlanAsync(MaskRequest.OfSubject("jane", "asked"))).Archives.ShouldContain("archived.jsonl");
        (await new EventMasking(database.Store).PlanAsync(MaskRequest.OfStream(StreamName.Run("none"), "asked"))).Archives.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mask_StreamIsRemovedMeanwhile_IsRefusedAndItsArchiveNamed()
    {
        var run = await StartAsync("removed");
        await database.ExecuteAsync("""
            insert into ledger.retention_run (policies, started_by, started_at, finished_at) values ('[]', 'a', now(), now());
            insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256)
            select max(id), 'run:removed', 1, 'a', 2, 0, 'removed', 2, 'removed.jsonl', sha256('') from ledger.retention_run
            """);
        Guid[] ids = [.. (await run.ReadAllAsync()).Select(e => e.Id)];
        var removing = new Interrupted(database.Store.Get<IMaskingLog>()!, () => database.ExecuteAsync("delete from ledger.mt_streams where id = 'run:removed'"));

        var report = await new EventMasking(database.Store, removing).MaskAsync(MaskRequest.OfEvents(ids, "asked"));

        (report.Masked, report.Unchanged).ShouldBe((0, 0));
        report.Refused.Select(r => r.EventId).ShouldBe(ids, ignoreOrder: true);
        report.Archives.ShouldBe(["removed.jsonl"]);
        await database.ExecuteAsync("delete from ledger.retention_stream where file = 'removed.jsonl'");
    }

    [Fact]
    public async Task Delete_MaskedStream_LeavesNoRowOfIt()
    {
        var run = await StartAsync("deleted");
        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));

        await database.ExecuteAsync("delete from ledger.mt_streams where id = 'run:deleted'");

        (await database.ScalarAsync<long>("select count(*) from ledger.masked_event where stream = 'run:deleted'")).ShouldBe(0);
    }

    private async Task<Run> StartAsync(string id)
    {
        var run = new AgentLedger(database.Store).GetRun(id);
        await run.AppendAsync(
        [
            new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "secret", ["part0"] = "p", ["part1"] = "p", ["part2"] = "p", ["part3"] = "p" }),
            new ToolCalled("mail", System.Text.Json.JsonElement.Parse("""{"to": "secret"}""")),
        ]);
        return run;
    }

    /// <summary>Something happens after the events were read, and before they are masked.</summary>
    private sealed class Interrupted(IMaskingLog inner, Func<Task> act) : IMaskingLog
    {
        public Task<IReadOnlyList<MaskedEvent>> FindMaskedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => inner.FindMaskedAsync(ids, cancellationToken);

        public Task<IReadOnlyList<Guid>> FindReplacedAsync(IReadOnlyCollection<Guid>? ids, CancellationToken cancellationToken) => inner.FindReplacedAsync(ids, cancellationToken);

        public Task<IReadOnlyList<string>> ListProjectionsAsync(CancellationToken cancellationToken) => inner.ListProjectionsAsync(cancellationToken);

        public Task<IReadOnlyList<Guid>> FindBinaryAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => inner.FindBinaryAsync(ids, cancellationToken);

        public Task<IReadOnlyList<string>> ListArchivesAsync(IReadOnlyCollection<string>? streams, int most, CancellationToken cancellationToken) => inner.ListArchivesAsync(streams, most, cancellationToken);

        public async Task<bool> MaskAsync(IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken)
        {
            await act();
            return await inner.MaskAsync(masks, metadata, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
