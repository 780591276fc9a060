using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Projections;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Log.Contracts;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Tasks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Roles;

/// <summary>Each role tries everything: what it may do is the table in the docs.</summary>
public sealed partial class RoleMatrixTests : IAsyncLifetime
{
    private const string NewEvent =
        "insert into log.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, is_archived) select nextval('log.mt_events_sequence'), gen_random_uuid(), ";

    private const string NoRows = "delete from ledger.world_head where stream = 'run:bare'";

    private const string Rest = ", '{}', 'note', now(), '*DEFAULT*', false";

    // What a role tries, by the rows of the table. Statements are rolled back; at the end of the transaction the triggers have been run.
    private static readonly Dictionary<string, string[]> Statements = new()
    {
        ["read the salts of the seal, which proofs and audits need"] = ["select data_salt from ledger.seal_leaf"],
        ["see how far a run is sealed"] = ["select count(*) from log.mt_events as e join ledger.seal_leaf as l on l.seq = e.seq_id where l.leaf < 5"],
        ["keep the summaries of runs"] = ["select ledger.lock_runs_v1('{run:full}')", "update ledger.run_summary set title = 'a'", "update ledger.run_tail set seq = seq", "delete from ledger.run_mark"],
        ["note that a caller is alive"] = ["insert into ledger.call_owner (owner, seen_at) values ('me', now()) on conflict (owner) do update set seen_at = excluded.seen_at"],
        ["write documents of projections"] = ["insert into log.mt_doc_usage (id) values ('a')", "delete from log.mt_doc_usage"],
        ["insert an event as Marten does"] =
        [
            $"{NewEvent} 'run:full', 2 {Rest}; update log.mt_streams set version = 2, timestamp = now() where id = 'run:full'",
            $"insert into log.mt_streams (id, version, tenant_id) values ('other:new', 2, '*DEFAULT*'); {NewEvent} 'other:new', 1 {Rest}; {NewEvent} 'other:new', 2 {Rest}",
            $"insert into log.mt_streams (id, version, tenant_id) values ('mt_tombstone', 0, '*DEFAULT*'); {NewEvent} 'mt_tombstone', 7, '{{}}', 'tombstone', now(), '*DEFAULT*', false",
        ],
        ["keep the contracts of events"] =
        [
            "lock table ledger.event_contract in share row exclusive mode",
            "insert into ledger.event_contract (name, version, schema, is_enforced, declared_by, declared_at, seen_at) values ('a', 1, '{}', false, 'a', now(), now())",
            "update ledger.event_contract set seen_at = now()",
        ],
        ["insert an archived event, or one with a number of its own"] =
        [
            $"{NewEvent} 'run:full', 2, '{{}}', 'note', now(), '*DEFAULT*', true; update log.mt_streams set version = 2 where id = 'run:full'",
            $"{NewEvent.Replace("nextval('log.mt_events_sequence')", "1000000")} 'run:full', 2 {Rest}; update log.mt_streams set version = 2 where id = 'run:full'",
            "insert into log.mt_streams (id, version, tenant_id, is_archived) values ('other:new', 0, '*DEFAULT*', true)",
        ],
        ["insert an event after a hole"] =
        [
            $"{NewEvent} 'run:full', 3 {Rest}; update log.mt_streams set version = 3 where id = 'run:full'",
            $"insert into log.mt_streams (id, version, tenant_id) values ('other:new', 2, '*DEFAULT*'); {NewEvent} 'other:new', 2 {Rest}",
            $"{NewEvent} 'chrono:compacted', 1 {Rest}",
        ],
        ["insert an event with a version that is taken"] = [$"{NewEvent} 'run:full', 1 {Rest}"],
        ["insert an event into a stream that Ledger alone writes"] =
        [
            $"insert into log.mt_streams (id, version, tenant_id) values ('masked:run:full', 1, '*DEFAULT*'); {NewEvent} 'masked:run:full', 1 {Rest}",
            $"insert into log.mt_streams (id, version, tenant_id) values ('retention:7', 1, '*DEFAULT*'); {NewEvent} 'retention:7', 1 {Rest}",
        ],
        ["append to a stream that Ledger alone writes"] =
        [
            Saying("append_event_v3('masked:run:full', null, gen_random_uuid(), 'event.masked', '', '{}', '{}', null, null, true, null)"),
            Saying("append_new_event_v1('masked:run:full', null, gen_random_uuid(), 'event.masked', '', '{}', '{}', null, null, true)"),
            Saying("append_new_events_v1('{retention:7}', array[gen_random_uuid()], '{retention.removed}', '{}', array['{}'::jsonb], '{}', '{}', '{}', true)"),
            Saying("append_events_v3('retention:7', null, array[gen_random_uuid()], '{retention.removed}', '{}', array['{}'::jsonb], '{}', '{}', '{}', true, null)"),
            Saying("append_v4('{retention:7}', '{1}', '{1}', '{null}', '{1}', '{retention:7}', array[gen_random_uuid()], '{retention.removed}', '{}', array['{}'::jsonb], '{}', '{}', '{}', true, null)", "yes"),

            // Nor with a plan that says so, which an operator may write.
            Planned("archived", "retain_page_v1(id, 'retention:7', 10, gen_random_uuid())"),
            Planned("removed", "restore_begin_v1(id, 'retention:7', 1, '{\"id\": \"retention:7\"}')"),
            Planned("restoring", "restore_page_v1(id, 'retention:7', '[]')"),
            Planned("restoring", "restore_end_v1(id, 'retention:7', 1, '{\"id\": \"retention:7\"}', gen_random_uuid())"),
        ],
        ["append an `event.masked`, which alone explains nothing"] =
        [
            Saying("append_event_v3('masked:run:full', null, gen_random_uuid(), 'event.masked', '', '{}', '{}', null, null, true, null)", "yes"),
        ],
        ["take events out of a run, or out of a record store without a compaction"] =
        [
            "select ledger.chrono_archive_v1('run:full', 1, true)",
            "select ledger.chrono_archive_v1('chrono:kept', 1, true)",
            "select set_config('ledger.compacting', 'chrono:compacted', true); delete from log.mt_events where stream_id = 'chrono:compacted' and version = (select min(version) from log.mt_events where stream_id = 'chrono:compacted')",
        ],
        ["insert an event without its stream's version"] =
        [
            $"{NewEvent} 'run:full', 2 {Rest}",
            $"{NewEvent} 'run:full', 0 {Rest}",
            $"insert into log.mt_streams (id, version, tenant_id) values ('other:new', 0, '*DEFAULT*'); {NewEvent} 'other:new', 1 {Rest}",
        ],
        ["set the version of a stream to 0"] = ["update log.mt_streams set version = 0 where id = 'run:full'"],
        ["set the version of a stream beyond its events"] =
        [
            "update log.mt_streams set version = version + 1 where id = 'run:full'",
            "insert into log.mt_streams (id, version, tenant_id) values ('other:new', 1, '*DEFAULT*')",
        ],
        ["mark a stream as archived without its events"] = ["update log.mt_streams set is_archived = true where id = 'run:full'"],
        ["move the progress of projections"] = ["insert into log.mt_event_progression (name, last_seq_id) values ('usage:All', 1)", "update ledger.projection_shard set state = 'paused'"],
        ["seal"] =
        [
            "update ledger.seal_head set size = 1",
            "insert into ledger.seal_leaf (leaf, seq, data_salt, headers_salt, checksums) values (0, 1, '', '', '')",
            "insert into ledger.seal_checkpoint (size, note, created_at) values (1, '', now())",
        ],
        ["rewrite the payload of an event, as masking does"] = ["""update log.mt_events set data = '{"id": "****", "type": "T"}' where stream_id = 'run:full' and version = 1"""],
        ["make and read the keys of subjects"] =
        [
            "select ledger.make_subject_keys_v1(array['customer-7'])",
            "select k.key from ledger.subject_key as k",
        ],
        ["choose the key of a subject"] = ["insert into ledger.subject_key (subject, key, created_at) values ('customer-9', decode(repeat('00', 32), 'hex'), now())"],
        ["destroy the key of a subject"] = ["update ledger.subject_key as k set key = null, forgotten_at = now() where k.subject = 'customer-7'"],
        ["delete a run"] = ["delete from log.mt_streams where id = 'run:full'"],
        ["hold, remove and restore by retention"] =
        [
            "insert into ledger.retention_hold (target, reason, held_by, held_at) values ('run:full', 'a', 'a', now()); delete from ledger.retention_hold",
            """
            insert into ledger.retention_run (policies, started_by, started_at) values ('[]', 'a', now());
            insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256, mark)
            select id, 'run:full', 1, 'a', 1, 0, 'archived', 0, 'a', sha256(''), ledger.retention_mark_v1('run:full') from ledger.retention_run;
            select ledger.retain_page_v1(id, 'run:full', 10, gen_random_uuid()) from ledger.retention_run;
            select ledger.restore_begin_v1(id, 'run:full', 1, '{"id": "run:full", "version": 0, "created": "2026-01-01", "timestamp": "2026-01-01", "compacted_version": 0}') from ledger.retention_run;
            select ledger.restore_page_v1(id, 'run:full', '[]') from ledger.retention_run;
            select ledger.restore_end_v1(id, 'run:full', 1, '{"id": "run:full", "version": 0, "created": "2026-01-01", "timestamp": "2026-01-01", "compacted_version": 0}', gen_random_uuid()) from ledger.retention_run
            """,
        ],
        ["hide a stream, or remove what follows from it, as retention does within a run"] = ["select ledger.hide_retained_v1('run:full', 0)", "select ledger.retain_rows_v1('run:full', 0, 10)"],
        ["delete some events of a run"] = ["delete from log.mt_events where stream_id = 'run:long' and version = 1"],
        ["change the version or stream of an event"] =
        [
            "update log.mt_events set version = 7 where stream_id = 'run:full'",
            "update log.mt_events set stream_id = 'run:bare', version = 7 where stream_id = 'run:full'",
            "update log.mt_events set seq_id = 9999 where stream_id = 'run:full'",
        ],
        ["truncate the log"] = ["truncate log.mt_events, log.mt_streams cascade"],
        ["set the sequence of the log"] = ["select setval('log.mt_events_sequence', last_value) from log.mt_events_sequence"],
        ["change rows of worlds, records or branches by hand"] =
        [
            "update ledger.world_object set data = '{}'",
            "update ledger.chrono_record set text = ''",
            "update ledger.branch set fork_position = 0",
            "delete from ledger.chrono_archive",
            "update ledger.seal_leaf set seq = 1",
            "insert into ledger.masked_event (seq, stream, masked_by, masked_at, salt) values (1, 'run:full', gen_random_uuid(), now(), '')",
            "insert into ledger.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), 'removing:run:full', 0)",
        ],
        ["create a function in the schemas"] =
            ["create function ledger.append_v1(text) returns integer language sql as 'select 1'", "create function log.mine() returns integer language sql as 'select 1'"],
        ["drop a table"] = ["drop table ledger.seal_tile"],
        ["disable a trigger"] = ["alter table log.mt_events disable trigger user"],
    };

    private RoleDatabase _roles = null!;

    private static string Saying(string call, string saying = "") => $"select set_config('ledger.saying', '{saying}', true); select * from ledger.{call}";

    private static string Planned(string state, string call) => $"""
        insert into ledger.retention_run (policies, started_by, started_at) values ('[]', 'a', now());
        insert into ledger.retention_stream (run, stream, place, policy, version, kept, state, events, file, sha256)
        select id, 'retention:7', 1, 'a', 1, 0, '{state}', 0, 'a', sha256('') from ledger.retention_run;
        select ledger.{call} from ledger.retention_run
        """;

    private PostgresOptions Options => _roles.Database.Options;

    public async Task InitializeAsync()
    {
        _roles = await RoleDatabase.WithoutRolesAsync();
        await _roles.Database.ExecuteAsync("create table log.mt_doc_usage (id varchar primary key)");
        await new LedgerMigrator(_roles.Database.DataSource, Options with { Projections = [ProjectionSamples.Tallies] }).ApplyAsync();
        await _roles.Roles.CreateAsync();
        await using var store = new PostgresEventStore(_roles.Database.DataSource, Options);
        await using var others = new PostgresEventStore(_roles.Database.DataSource, Options with { WorldRows = WorldRows.Off });
        await store.AppendAsync(StreamName.Run("full"), ExpectedVersion.NoStream, [new ObjectCreated("a", "T")]);
        await others.AppendAsync(StreamName.Run("bare"), ExpectedVersion.NoStream, [new ObjectCreated("a", "T")]);
        await store.AppendAsync(StreamName.Run("long"), ExpectedVersion.NoStream, [new ObjectCreated("a", "T"), new ObjectPatched("a"), new ObjectPatched("a")]);
        await new AgentLedger(store).GetRun("long").ForkAsync(new Position(2), new ForkOptions { Id = "forked" });
        await new TaskLedger(store).SaveTaskAsync(TaskOf("t"));
        await using var records = new ChronoStore(store, "kept");
        await records.UpsertAsync(new ChronoRecord { Id = "r", Label = "A record." });
        await using var compacted = new ChronoStore(store, "compacted");
        await compacted.UpsertAsync(new ChronoRecord { Id = "r", Label = "A record." });
        await compacted.CompactAsync();
        await new AgentLedger(store).Summaries.CatchUpAsync();
        await new EventContractTable(_roles.Database.DataSource, Options)
            .DeclareAsync(new EventContracts([new EventContract("declared.v1", JsonElement.Parse("true"))]), EventContractMode.Declare);
    }

    public Task DisposeAsync() => _roles.DisposeAsync().AsTask();

    [Fact]
    public async Task Roles_TryEverything_MayDoWhatTheDocsSay()
    {
        var table = Table();
        var calls = Calls();
        table.Select(row => row.What).ShouldBe([.. table.Select(row => row.What).Where(what => Statements.ContainsKey(what) || calls.ContainsKey(what))]);
        Statements.Keys.Concat(calls.Keys).Except(table.Select(row => row.What)).ShouldBeEmpty();
        var wrong = new List<string>();
        foreach (var (what, mayDo) in table)
        {
            foreach (var (head, role) in _roles.ByHead)
            {
                var dataSource = await _roles.AsAsync(role);
                IEnumerable<(string Name, Func<Task> Try)> tries = Statements.TryGetValue(what, out var statements)
                    ? statements.Select(sql => (sql, (Func<Task>)(() => TryAsync(dataSource, sql))))
                    : [(what, () => calls[what](dataSource, head))];
                foreach (var (name, @try) in tries)
                {
                    if (await RefusalOfAsync(@try) is var refusal && (refusal is null) != mayDo[head])
                    {
                        wrong.Add($"{head}: {name}: {refusal ?? "was done"}");
                    }
                }
            }
        }

        wrong.ShouldBeEmpty();
        (await _roles.Roles.CheckAsync()).ShouldBeEmpty();
    }

    private static async Task TryAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"{sql}; set constraints all immediate", connection, transaction);
        await command.ExecuteNonQueryAsync();
        await transaction.RollbackAsync();
    }

    /// <summary>How something was refused; null if it was done. Any other failure is one of the test.</summary>
    private static async Task<string?> RefusalOfAsync(Func<Task> @try)
    {
        try
        {
            await @try();
            return null;
        }
        catch (Exception exception) when (StateOf(exception) is "42501" or "LG030" or "LG032" or "LG020" or "LG041" or "23505")
        {
            return exception.Message;
        }
    }

    private static string? StateOf(Exception? exception) =>
        exception is null ? null : exception is PostgresException fault ? fault.SqlState : StateOf(exception.InnerException);

    private Dictionary<string, Func<NpgsqlDataSource, string, Task>> Calls() => new()
    {
        ["read runs, branches and the log; search"] = (source, _) => UseAsync(source, async store =>
        {
            (await store.ReadForwardAsync(StreamName.Run("long")).CountAsync()).ShouldBe(3);
            (await store.ReadLogAsync().CountAsync()).ShouldBeGreaterThan(5);
            (await (await new AgentLedger(store).OpenAsync(StreamName.Branch("forked"))).ReadAsync().CountAsync()).ShouldBe(3);
            (await store.Get<ILogSearch>()!.SearchAsync(new LogQuery { Types = ["object.patched"] })).Events.Count.ShouldBeGreaterThan(1);
        }),
        ["read worlds, also where rows are missing"] = (source, _) => UseAsync(source, async store =>
        {
            await _roles.Database.ExecuteAsync(NoRows);
            foreach (var id in (string[])["full", "bare", "long"])
            {
                (await (await new AgentLedger(store).OpenAsync(StreamName.Run(id))).GetWorldAsync()).Objects.Count.ShouldBe(1);
            }

            // They are written then, so that the next question does not fold the history again.
            (await _roles.Database.AskAsync<long>("select version from ledger.world_head where stream = 'run:bare'")).ShouldBe(1);
        }),
        ["ask SQL functions about worlds, also where rows are missing"] = async (source, _) =>
        {
            await _roles.Database.ExecuteAsync(NoRows);
            await TryAsync(source, "do $$ begin assert (select count(*) from ledger.world('run:bare')) = 1 and (select count(*) from ledger.objects('run:full')) = 1; end $$");
        },
        ["list runs; read tasks and records"] = (source, _) => UseAsync(source, async store =>
        {
            (await new AgentLedger(store).Summaries.QueryAsync(new RunQuery())).Runs.Count.ShouldBeGreaterThan(2);
            (await new AgentLedger(store).Summaries.FindAsync(StreamName.Run("full"))).ShouldNotBeNull();
            (await new TaskLedger(store).FindTaskAsync("t")).ShouldNotBeNull();
            (await new TaskLedger(store).QueryTasksAsync(new TaskQuery())).Tasks.ShouldNotBeEmpty();
            await using var records = new ChronoStore(store, "kept");
            (await records.GetAsync("r")).ShouldNotBeNull();
            (await records.VerifyChainAsync()).ChainValid.ShouldBeTrue();
        }),
        ["read what was masked, held and removed"] = (source, _) => UseAsync(source, async store =>
        {
            await EventMasking.ReadMaskedAsync(store).CountAsync();
            await new LogRetention(source, Options).FindReportAsync();
            (await new LogRetention(source, Options).ListHoldsAsync()).ShouldBeEmpty();
        }),
        ["ask the views in SQL; read the contracts of events"] = async (source, head) =>
        {
            await using var answer = await new SqlQueries(source, Options).AskAsync(new SqlQuery("""
                select (select count(*) > 5 from events), (select count(*) > 2 from runs), (select count(*) from llm_calls), (select count(*) from tool_calls), current_user
                """) { NeedsReader = head != "owner" });
            (await answer.ReadAsync().SingleAsync()).ShouldBe(["t", "t", "0", "0", head == "owner" ? _roles.Names.Owner : _roles.Names.Reader]);
            (await new EventContractTable(source, Options).ReadAsync()).Select(row => row.Contract.Name).ShouldContain("declared.v1");
        },
        ["declare contracts of events, and append under them"] = async (source, head) =>
        {
            var contracts = new EventContracts([new EventContract("declared.v1", JsonElement.Parse("true")), new EventContract($"of-{head}.v1", JsonElement.Parse("true"))]);
            var table = new EventContractTable(source, Options);
            (await table.DeclareAsync(contracts, EventContractMode.Enforce)).Select(row => row.Contract.Name).ShouldBe([$"of-{head}.v1"]);
            await using var store = new PostgresEventStore(source, Options with { Contracts = EventContractMode.Enforce });
            await store.AppendAsync(StreamName.Run($"held-{head}"), ExpectedVersion.NoStream, [new KitLoaded("k")]);
        },
        ["append to runs"] = (source, head) => UseAsync(source, async store =>
        {
            var run = new AgentLedger(store).GetRun($"of-{head}");
            await run.AppendAsync([new ObjectCreated("a", "T", new JsonObject { ["n"] = 1 })]);
            await run.AppendAsync([new ObjectPatched("a"), new ObjectCreated("b", "T")]);
            await store.AppendAsync(
            [
                new StreamAppend(StreamName.Run($"one-{head}"), ExpectedVersion.NoStream, [new NewEvent(new KitLoaded("k"))]),
                new StreamAppend(StreamName.Run($"two-{head}"), ExpectedVersion.NoStream, [new NewEvent(new KitLoaded("k"))]),
            ]);
            (await run.GetWorldAsync()).Objects.Count.ShouldBe(2);
            (await _roles.Database.AskAsync<long>($"select version from ledger.world_head where stream = 'run:of-{head}'")).ShouldBe(3);
        }),
        ["fork"] = (source, head) => UseAsync(source, async store =>
        {
            var branch = await (await new AgentLedger(store).OpenAsync(StreamName.Run("long"))).ForkAsync(new Position(1), new ForkOptions { Id = $"by-{head}" });
            await branch.AppendAsync([new ObjectPatched("a")]);
        }),
        ["save tasks, calls and messages"] = (source, head) => UseAsync(source, async store =>
        {
            var tasks = new TaskLedger(store);
            await tasks.SaveTaskAsync(TaskOf($"of-{head}"));
            await tasks.SaveMessageAsync(new Message { Id = $"m-{head}", TaskId = $"of-{head}", Role = MessageRole.User, Content = "How?", Timestamp = DateTimeOffset.UnixEpoch });
            (await tasks.FindTaskAsync($"of-{head}")).ShouldNotBeNull();
        }),
        ["write records"] = (source, head) => UseAsync(source, async store =>
        {
            await using var records = new ChronoStore(store, $"of-{head}");
            await records.UpsertAsync(new ChronoRecord { Id = "r", Label = "A record." });
            await records.UpsertManyAsync([new ChronoRecord { Id = "s", Label = "Another." }, new ChronoRecord { Id = "u", Label = "A third." }]);
            await records.RebuildAsync();
            (await records.RecordCountAsync()).ShouldBe(3);
        }),
        ["import"] = (source, head) => UseAsync(source, async store =>
        {
            var events = Enumerable.Range(1, 600).Select(n => new StreamEvent(StreamName.Run($"imported-{head}"), new NewEvent(new ObjectCreated($"o{n}", "T"), new EventMetadata { ForeignId = $"{n}" })));
            (await store.ImportAsync(events.ToAsyncEnumerable())).Events.ShouldBe(600);
            (await store.ImportAsync(events.ToAsyncEnumerable())).Events.ShouldBe(0);
        }),
        ["save a snapshot of a world"] = (source, _) => UseAsync(source, async store => await (await new AgentLedger(store).OpenAsync(StreamName.Run("full"))).SaveSnapshotAsync()),
        ["archive a stream"] = (source, head) => UseAsync(source, async store =>
        {
            await PrepareAsync(own => own.AppendAsync(StreamName.Run($"old-{head}"), ExpectedVersion.NoStream, [new KitLoaded("k")]));
            await store.ArchiveAsync(StreamName.Run($"old-{head}"));
            (await _roles.Database.AskAsync<bool>($"select bool_and(is_archived) from log.mt_events where stream_id = 'run:old-{head}'")).ShouldBeTrue();
        }),
        ["mask payloads with all that follows"] = (source, head) => UseAsync(source, async store =>
        {
            await PrepareAsync(own => own.AppendAsync(StreamName.Run($"masked-{head}"), ExpectedVersion.NoStream, [new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "secret" })]));
            await new EventMasking(store).MaskAsync(MaskRequest.OfStream(StreamName.Run($"masked-{head}"), "asked"));
            (await _roles.Database.AskAsync<bool>($"select data::text like '%secret%' from log.mt_events where stream_id = 'run:masked-{head}'")).ShouldBeFalse();
        }),
        ["compact a record store"] = (source, head) => UseAsync(source, async store =>
        {
            await PrepareAsync(async own =>
            {
                await using var filled = new ChronoStore(own, $"full-{head}");
                await filled.UpsertAsync(new ChronoRecord { Id = "r", Label = "A record." });
            });
            await using var records = new ChronoStore(store, $"full-{head}");
            await records.CompactAsync();
        }),
        ["rebuild worlds, tasks, records and summaries; keep the index of the search"] = async (source, _) =>
        {
            var admin = new ProjectionAdmin(source, Options);
            foreach (var projection in admin.Rebuildable.Append("ledger:search"))
            {
                await admin.RebuildAsync(projection);
            }

            await using var worlds = source.CreateCommand("call ledger.rebuild_worlds()");
            await worlds.ExecuteNonQueryAsync();
        },
        ["rebuild documents of projections"] = (source, _) => new ProjectionAdmin(source, Options with { Projections = [ProjectionSamples.Tallies] }).RebuildAsync("tally"),
        ["migrate"] = (source, head) => new LedgerMigrator(source, Options, null, Migration.All, [.. SchemaFunction.All, Extra(head)]).ApplyAsync(),
    };
}
