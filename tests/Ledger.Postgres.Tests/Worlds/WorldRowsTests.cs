using System.Diagnostics;
using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tests.Schema.Adopting;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

public sealed class WorldRowsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>, IDisposable
{
    private const string AllRows = """
        select coalesce(md5(string_agg(w.text, ' ' order by w.text collate "C")), '')
        from (
            select o::text as text from ledger.world_object as o where o.stream in ({0})
            union all select o::text from ledger.world_object_past as o where o.stream in ({0})
            union all select r::text from ledger.world_relation as r where r.stream in ({0})
            union all select r::text from ledger.world_relation_past as r where r.stream in ({0})
            union all select f::text from ledger.world_fault as f where f.stream in ({0})
            union all select h::text from ledger.world_head as h where h.stream in ({0})) as w
        """;

    private readonly PostgresEventStore _store = new(database.DataSource);

    private AgentLedger Runs => new(_store);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task SqlFunctions_RunAndBranch_AnswerAsTheLibrary()
    {
        var (run, branch) = await RunAndBranchAsync();

        (await TextAsync($"select string_agg(concat_ws(' ', at, type), ', ' order by at) from ledger.history('{branch.StreamName}', 2)"))
            .ShouldBe("2 relation.created, 3 branch.created, 4 object.patched, 5 relation.removed, 6 object.created");
        (await TextAsync($"select string_agg(concat_ws(' ', kind, id, type, source_id, target_id, data, created_at, changed_at), ', ') from ledger.world('{run.StreamName}', 3)"))
            .ShouldBe("""object a T {"m": 2, "n": 3} 0 1, relation r t a b {} 2 2""");
        (await TextAsync($"select string_agg(concat_ws(' ', change, kind, id, old, new), ', ') from ledger.diff('{run.StreamName}', '{branch.StreamName}')"))
            .ShouldBe(
                """added object a {"data": {"m": 2, "n": 3, "z": 1}, "type": "T"}, added object b {"data": {}, "type": "T"}, """
                + """removed relation r {"data": {}, "type": "t", "source_id": "a", "target_id": "b"}""");
        (await TextAsync($"select string_agg(concat_ws(' ', property, value, at, event_type), ', ') from ledger.blame('{branch.StreamName}', 'a')"))
            .ShouldBe("m 2 0 object.created, n 3 1 object.patched, z 1 4 object.patched");
    }

    [Fact]
    public async Task BlameInSql_PropertiesWereSetLongAgo_ThatOfTheLibrary()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([
            new ObjectCreated("a", "T", new JsonObject { ["gone"] = 1 }), new ObjectRemoved("a"), new ObjectCreated("a", "T", new JsonObject { ["k"] = 1, ["n"] = 0 }),
            .. Enumerable.Range(1, 250).Select(n => new ObjectPatched("a", new JsonObject { ["n"] = n, [n == 20 ? "early" : "n"] = n }))]);
        var branch = await run.ForkAsync(new Position(200));
        await branch.AppendAsync([.. Enumerable.Range(1, 150).Select(n => new ObjectPatched("a", new JsonObject { ["z"] = n }))]);
        foreach (var history in (Run[])[run, branch])
        {
            foreach (var property in (string[])["k", "n", "early", "z", "gone"])
            {
                var last = (await history.BlameAsync("a", property)).Entries is [.., { Kind: not BlameKind.Removed } entry] ? $"{entry.Event.Position} {entry.Event.Id}" : "";
                (await TextAsync($"select coalesce(max(at || ' ' || event_id), '') from ledger.blame('{history.StreamName}', 'a') where property = '{property}'")).ShouldBe(last);
            }
        }

        (await TextAsync($"select string_agg(concat_ws(' ', property, value, at), ', ') from ledger.blame('{run.StreamName}', 'a', 1)")).ShouldBe("gone 1 0");
        (await TextAsync($"select count(*)::text from ledger.blame('{run.StreamName}', 'a', 2)")).ShouldBe("0");
    }

    [Fact]
    public async Task ObjectsOfAHistory_ByIdsOfATable_AreFoundByTheIndexOnBranches()
    {
        const string Question = "select * from ledger.world_object as w cross join lateral ledger.world_object_at_v1('branch:x', w.id, 5) as o";
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var explain = new NpgsqlCommand($"set enable_seqscan = off; explain {Question}", connection);
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        plan.ShouldContain(line => line.Contains("using pk_branch on branch", StringComparison.Ordinal));
        plan.ShouldNotContain(line => line.Contains("Seq Scan on branch", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("select string_agg(id, ' ' order by id) from ledger.world('{0}')", "a b r")]
    [InlineData("select string_agg(id, ' ' order by id) from ledger.objects('{0}')", "a b")]
    [InlineData("select string_agg(id, ' ' order by id) from ledger.neighbours('{0}', 'a')", "a b r")]
    [InlineData("select string_agg(type, ' ') from ledger.faults('{0}')", "object.patched")]
    [InlineData("select string_agg(event_type, ' ') from ledger.blame('{0}', 'a')", "object.created")]
    public async Task SqlFunctions_RowsAreMissing_AnswerAtOnce(string sql, string answer)
    {
        var run = new AgentLedger(database.CreateStoreWithoutRows()).GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync(
            [new ObjectCreated("a", "T", new JsonObject { ["n"] = 1 }), new ObjectCreated("b", "T"), new RelationCreated("r", "t", "a", "b"), new ObjectPatched("ghost")]);

        (await TextAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, run.StreamName))).ShouldBe(answer);
    }

    [Fact]
    public async Task Questions_RoleMayOnlyRead_AreFoldedWhereRowsAreMissing()
    {
        var id = Guid.NewGuid().ToString("N");
        await database.CreateStoreWithoutRows().AppendAsync(StreamName.Run(id), ExpectedVersion.Any, [new ObjectCreated("a", "T"), new RelationCreated("r", "t", "a", "a")]);
        var role = $"reader_{id}";
        await database.ExecuteAsync($"""
            create role {role} login;
            grant usage on schema ledger to {role};
            grant select on all tables in schema ledger to {role}
            """);
        try
        {
            await using var source = new NpgsqlDataSourceBuilder(database.ConnectionString + ";No Reset On Close=true")
                .UsePhysicalConnectionInitializer(
                    connection => Become(connection, role).ExecuteNonQuery(), connection => Become(connection, role).ExecuteNonQueryAsync())
                .Build();
            await using var store = new PostgresEventStore(source);
            var run = await new AgentLedger(store).OpenAsync(StreamName.Run(id));

            (await run.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a"]);
            var rows = store.Get<IWorldReader>()!;
            (await rows.FindObjectAsync(run.History, "a"))!.Type.ShouldBe("T");
            (await rows.FindRelationAsync(run.History, "r"))!.Type.ShouldBe("t");
            (await rows.FindPresentAsync(run.History, ["a", "b"])).Ids.ShouldBe(["a"]);
            (await rows.ReadObjectsAsync(run.History).CountAsync()).ShouldBe(1);
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }

        static NpgsqlCommand Become(NpgsqlConnection connection, string role) => new($"set session authorization {role}", connection);
    }

    [Fact]
    public async Task Rebuild_StreamsOfOtherNames_GetNoHeads()
    {
        var id = Guid.NewGuid().ToString("N");
        var (other, asked, run) = (new StreamName($"other:{id}"), new StreamName($"asked:{id}"), StreamName.Run(id));
        foreach (var stream in (StreamName[])[other, asked, run])
        {
            await _store.AppendAsync(stream, ExpectedVersion.Any, [new ObjectCreated("a", "T")]);
        }

        await _store.Get<IWorldReader>()!.FindObjectAsync(Ledger.Log.History.OfRun(asked), "a");
        await new Postgres.Projections.Daemon.ProjectionAdmin(database.DataSource).RebuildAsync("ledger:world");

        (await TextAsync($"select string_agg(stream, ' ' order by stream) from ledger.world_head where stream like '%{id}'"))
            .ShouldBe($"asked:{id} run:{id}");
    }

    [Theory]
    [InlineData("select * from ledger.world('run:nobody')", "LG002")]
    [InlineData("select * from ledger.world('{0}', 99)", "LG003")]
    [InlineData("select * from ledger.world('{0}', -1)", "LG003")]
    [InlineData("select * from ledger.blame('{0}', 'a')", "LG004")]
    public async Task SqlFunctions_NoAnswer_SqlState(string sql, string state)
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectPatched("ghost"), new ObjectCreated(new string('x', 501), "T")]);

        var refused = await Should.ThrowAsync<PostgresException>(
            () => TextAsync(sql.Replace("{0}", run.StreamName.Value, StringComparison.Ordinal)));

        refused.SqlState.ShouldBe(state);
    }

    [Fact]
    public async Task Rebuild_WholeOneRunOneBranch_SameRows()
    {
        var (run, branch) = await RunAndBranchAsync();
        await branch.AppendAsync([new ObjectPatched("ghost"), new ObjectRemoved("a")]);
        var below = await branch.ForkAsync(await branch.GetLengthAsync());
        await below.AppendAsync([new ObjectCreated("c", "T")]);
        await run.GetWorldAsync();
        var allRows = AllRows.Replace("{0}", $"'{run.StreamName}', '{branch.StreamName}', '{below.StreamName}'", StringComparison.Ordinal);
        var rows = await TextAsync(allRows);

        foreach (var what in new[] { "", $"'{run.StreamName}'", $"'{branch.StreamName}'", $"'{below.StreamName}'" })
        {
            (await database.ScalarAsync<long>($"select ledger.rebuild_world({what})")).ShouldBeGreaterThan(0);
            (await TextAsync(allRows)).ShouldBe(rows);
        }
    }

    [Fact]
    public async Task Append_SameObjectsPatchedAgainAndAgain_UpdatesStayInTheirPagesAndNothingSlowsDown()
    {
        await using var own = await LedgerDatabase.OnOwnServerAsync();
        await using var connection = await own.DataSource.OpenConnectionAsync();
        var run = new AgentLedger(own.Store.On(connection)).GetRun("patched");
        await run.AppendAsync([.. Enumerable.Range(0, 50).Select(i => new ObjectCreated($"o{i}", "T"))]);

        // Two minutes are compared: the first, and the last of ten.
        var paces = new List<double>();
        var number = 0;
        for (var minute = 0; minute < (Scale.IsSoak ? 10 : 2); minute++)
        {
            var (start, first) = (Stopwatch.GetTimestamp(), number);
            while (Scale.IsSoak ? Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1) : number - first < 1_500)
            {
                await run.AppendAsync([new ObjectPatched($"o{number % 50}", new JsonObject { ["n"] = number++ })]);
            }

            paces.Add((number - first) / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        await using var flush = new NpgsqlCommand("select pg_stat_force_next_flush()", connection);
        await flush.ExecuteNonQueryAsync();
        await using var count = new NpgsqlCommand(
            """
            select min(n_tup_hot_upd::float8 / n_tup_upd)
            from pg_stat_user_tables
            where relname in ('world_object', 'world_head') and n_tup_upd >= 3000
            """,
            connection);
        (await count.ExecuteScalarAsync()).ShouldBeOfType<double>().ShouldBeGreaterThan(0.95);
        if (Scale.IsSoak)
        {
            paces[^1].ShouldBeGreaterThan(paces[0] * 0.8, string.Join(", ", paces.Select(p => $"{p:n0}/s")));
        }
    }

    [Fact]
    public async Task Append_ManyEventsOfOneObject_EveryStateIsKept()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));

        await run.AppendAsync([
            new ObjectCreated("a", "T"),
            .. Enumerable.Range(1, 700).Select(i => new ObjectPatched("a", new JsonObject { ["n"] = i })),
            new ObjectPatched("ghost"),
            new ObjectRemoved("a")]);

        foreach (var at in new[] { 2, 250, 251, 700 })
        {
            (await run.FindObjectAsync("a", new Position(at)))!.Data["n"].GetInt32().ShouldBe(at - 1);
        }

        (await Should.ThrowAsync<WorldFaultException>(() => run.WithFaults(WorldFaults.Throw).FindObjectAsync("a"))).Position.ShouldBe(new Position(701));
        (await run.FindObjectAsync("a")).ShouldBeNull();
        (await run.GetFaultsAsync()).ShouldHaveSingleItem().Position.ShouldBe(new Position(701));
    }

    [Fact]
    public async Task Append_IdTooLongForAnIndex_TheWorldIsFolded()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        var id = new string('x', 5_000);
        await run.AppendAsync([new ObjectCreated("a", "T"), new ObjectCreated(id, "T"), new ObjectRemoved("a")]);

        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync([new ObjectCreated("b", "T")]);

        (await run.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe([id]);
        (await branch.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a", id, "b"]);
        (await branch.FindObjectAsync(id)).ShouldNotBeNull();
        (await run.DiffAsync(branch)).AddedObjects.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Diff_ManyEventsOfFewObjects_ReadsTheRows()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectCreated("a", "T"), new ObjectCreated("b", "T"), new RelationCreated("r", "t", "a", "b")]);
        var branch = await run.ForkAsync(new Position(3));
        object[] Patches(int from) => [.. Enumerable.Range(from, 3_000).Select(n => new ObjectPatched("a", new JsonObject { ["n"] = n }))];
        await run.AppendAsync([.. Patches(0), new RelationRemoved("r")]);
        await branch.AppendAsync([.. Patches(5_000), new ObjectRemoved("b")]);

        var diff = await run.DiffAsync(branch);
        diff.ToString().ShouldBe(WorldDiff.Between(await World.FoldAsync(run.ReadAsync()), await World.FoldAsync(branch.ReadAsync())).ToString());
        diff.Summary().ShouldBe("-1 objects, ~1 objects patched, +1 relations");
        (await run.DiffAsync(run, new Position(1_000), new Position(2_000))).Changes.ShouldHaveSingleItem().Old!.ToString().ShouldBe("996");

        // The 6,000 events after the fork are not read, nor the rows that they made of one object. By itself, because a session counts what it did before too.
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from ledger.world_diff_v1('{run.StreamName}', 3004, '{branch.StreamName}', 3005)";
        await command.ExecuteScalarAsync();
        command.CommandText = "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_xact_user_tables where schemaname = 'ledger'";
        ((long)(await command.ExecuteScalarAsync())!).ShouldBeInRange(1, 100);
    }

    [Theory]
    [InlineData("procedure")]
    [InlineData("rebuild")]
    public async Task RebuildOfAll_WithForgedRows_MakesThemFromTheEvents(string way)
    {
        var (run, branch) = await RunAndBranchAsync();
        var nested = await branch.ForkAsync(new Position(5));
        await nested.AppendAsync([new ObjectPatched("a", new JsonObject { ["q"] = 9 })]);
        var rows = AllRows.Replace("{0}", $"'{run.StreamName}', '{branch.StreamName}', '{nested.StreamName}'", StringComparison.Ordinal);
        await nested.GetWorldAsync();
        await run.GetWorldAsync();
        var before = await TextAsync(rows);

        // What a branch took over from a row that was wrong is made anew as well.
        await database.ExecuteAsync($"update ledger.world_object set data = data || '{{\"forged\": true}}' where stream like 'run:{run.Id}' or id = 'a'");
        await (way == "procedure"
            ? database.ExecuteAsync("call ledger.rebuild_worlds()")
            : new ProjectionAdmin(database.DataSource).RebuildAsync("ledger:world"));

        (await TextAsync(rows)).ShouldBe(before);
    }

    [Fact]
    public async Task RowsOfAnOlderNode_ThatStoppedAtAFault_AreWrittenOn()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await using var other = database.CreateStoreWithoutRows();
        var unrowed = new AgentLedger(other).GetRun(run.Id);
        await unrowed.AppendAsync([new ObjectCreated("a", "T"), new ObjectPatched("ghost"), new ObjectCreated("b", "T")]);
        await ProjectAsOlderNodeAsync(run.StreamName);
        var branch = await new AgentLedger(other).ForkAsync(run.StreamName, new Position(3));
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 1 }), new ObjectPatched("phantom")]);
        await ProjectAsOlderNodeAsync(branch.StreamName);
        (await TextAsync($"select string_agg(concat_ws(' ', version, fault_version, fault), ', ' order by stream) from ledger.world_head where stream in ('{run.StreamName}', '{branch.StreamName}')"))
            .ShouldBe("0 0 inherited, 1 2 unknown_object");

        var opened = await Runs.OpenAsync(branch.StreamName);
        await opened.AppendAsync([new ObjectCreated("c", "T")]);

        (await opened.GetWorldAsync()).ToString().ShouldBe((await World.FoldAsync(opened.ReadAsync())).ToString());
        (await opened.GetFaultsAsync()).Select(f => f.Position.Value).ShouldBe([1, 5]);
        await run.AppendAsync([new ObjectPatched("b", new JsonObject { ["n"] = 2 })]);
        (await run.GetWorldAsync()).ToString().ShouldBe((await World.FoldAsync(run.ReadAsync())).ToString());
        (await TextAsync($"select string_agg(concat_ws(' ', at, type, fault), ', ') from ledger.faults('{branch.StreamName}')"))
            .ShouldBe("1 object.patched unknown_object, 5 object.patched unknown_object");
        (await TextAsync($"select string_agg(id, ', ') from ledger.world('{run.StreamName}')")).ShouldBe("a, b");

        // As an older node does after it: what it does not know is left to the next question.
        await ProjectAsOlderNodeAsync(run.StreamName);
        await unrowed.AppendAsync([new ObjectRemoved("b")]);
        await ProjectAsOlderNodeAsync(run.StreamName);
        (await run.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["a"]);
    }

    [Fact]
    public async Task DeleteStream_ItsRows_AreGone()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([new ObjectCreated("a", "T"), new ObjectPatched("a", new JsonObject { ["n"] = 1 })]);

        await TextAsync($"with gone as (delete from ledger.mt_streams where id = '{run.StreamName}' returning id) select id from gone");

        (await database.ScalarAsync<long>($"select count(*) from ledger.world_object where stream = '{run.StreamName}'")).ShouldBe(0);
        (await database.ScalarAsync<long>($"select count(*) from ledger.world_object_past where stream = '{run.StreamName}'")).ShouldBe(0);
    }

    // By the functions of a schema before 0001_tables, whose rows may be in a database that moved over.
    private async Task ProjectAsOlderNodeAsync(StreamName stream)
    {
        foreach (var name in new[] { "fold_world_v1", "project_world_v1" })
        {
            var file = OldSchema.TextOf("0009_worlds");
            var text = "create or replace " + file[file.IndexOf($"function {{ledger}}.{name}(", StringComparison.Ordinal)..];
            text = text[..(text.IndexOf("$function$;", StringComparison.Ordinal) + "$function$;".Length)];
            await database.ExecuteAsync(new PostgresOptions().Schemas.Fill(text));
        }

        await database.ExecuteAsync($"select ledger.project_world_v1(array['{stream}'], 10000)");
        await database.ExecuteAsync("drop function ledger.project_world_v1(text[], bigint); drop function ledger.fold_world_v1(text[], bigint)");
    }

    private async Task<(Run Run, Run Branch)> RunAndBranchAsync()
    {
        var run = Runs.GetRun(Guid.NewGuid().ToString("N"));
        await run.AppendAsync([
            new ObjectCreated("a", "T", new JsonObject { ["n"] = 1, ["m"] = 2 }),
            new ObjectPatched("a", new JsonObject { ["n"] = 3 }),
            new RelationCreated("r", "t", "a", "b")]);
        var branch = await run.ForkAsync(new Position(3));
        await branch.AppendAsync([
            new ObjectPatched("a", new JsonObject { ["z"] = 1 }), new RelationRemoved("r"), new ObjectCreated("b", "T")]);

        // Written by a program that keeps no rows.
        await using var other = database.CreateStoreWithoutRows();
        await new AgentLedger(other).GetRun(run.Id).AppendAsync([new ObjectRemoved("a")]);
        return (run, branch);
    }

    private Task<string> TextAsync(string sql) => database.ScalarAsync<string>(sql);
}
