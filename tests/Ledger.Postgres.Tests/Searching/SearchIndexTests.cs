using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Searching;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Searching;

/// <summary>The index of the search: it finds what reading the log finds, and follows from the log.</summary>
public sealed partial class SearchIndexTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly LedgerDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task Search_ByTheIndex_FindsWhatReadingTheLogFinds()
    {
        await AppendMixedAsync();
        var scan = new ScanningLogSearch(_database.Store);
        var search = await IndexAsync();
        LogQuery[] queries =
        [
            .. new[] { "kettle", "KETTLE", "ettl", "boils now", "says \"no\"", "tab\there", "wär", "заря", "漢字", "nowhere", "ke", "zz", "a\\b", "x_y-z", "q.u", "1e2", "0.50" }
                .Select(text => new LogQuery { Text = text }),
            .. new[] { "tool.called", "tool.*", "too*", "object.created", "call.failed", "*" }.Select(type => new LogQuery { Types = [type] }),
            new() { Types = ["tool.called", "run.*", "call.failed"] },
            new() { Actor = "diver" },
            new() { Actor = "Diver" },
            new() { Tool = "sonar" },
            new() { Tool = "so\"nar" },
            new() { Tool = "sonar", Where = DataCondition.Parse("quay.name=north") },
            new() { ObjectId = "claim-1" },
            new() { ObjectId = "claim-1", Types = ["object.*"] },
            new() { ObjectId = "claim-1", Text = "kettle" },
            .. new[] { "quay.name=north", "load=100", "load=1e2", "arguments.deep=true", "lots.1=seven", "lots.0=1", "said=says \"no\"", "quay.name=wär" }
                .Select(where => new LogQuery { Where = DataCondition.Parse(where) }),
            new() { Prefix = "branch:", Text = "kettle" },
            new() { Streams = [StreamName.Run("a")], Text = "kettle" },
        ];

        var found = 0;
        foreach (var query in queries)
        {
            var expected = Numbers((await scan.SearchAsync(query with { Limit = 1_000 })).Events);
            Numbers(await AllAsync(search, query with { Limit = 3 })).ShouldBe(expected, query.ToString());
            Numbers((await search.SearchAsync(query with { Limit = 1_000 })).Events).ShouldBe(expected, query.ToString());
            found += expected.Length;
        }

        found.ShouldBeGreaterThan(80);

        // Of some streams the end of the log is looked at first.
        ((PostgresLogSearch)search).LookedAtForSome = 5;
        foreach (var query in queries[^2..])
        {
            Numbers(await AllAsync(search, query with { Limit = 1 })).ShouldBe(Numbers((await scan.SearchAsync(query)).Events), query.ToString());
        }

        (await search.SearchAsync(queries[0])).Unindexed.ShouldBe(0);

        // The index is what is asked: without its entry an event is not found.
        var one = (await search.SearchAsync(new LogQuery { Text = "заря" })).Events.ShouldHaveSingleItem();
        await _database.ExecuteAsync($"delete from ledger.search_entry where seq = {one.Sequence}");
        (await search.SearchAsync(new LogQuery { Text = "заря" })).Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task SearchInSql_FindsTheSame_WithAndWithoutAnIndex()
    {
        await AppendMixedAsync();
        var scan = new ScanningLogSearch(_database.Store);
        (string Sql, LogQuery Query)[] asked =
        [
            ("'kettle'", new() { Text = "kettle" }), ("'says \"no\"'", new() { Text = "says \"no\"" }), ("'漢字'", new() { Text = "漢字" }), ("'nowhere'", new() { Text = "nowhere" }),
            ("p_type => 'tool.*'", new() { Types = ["tool.*"] }), ("p_type => 'too*'", new() { Types = ["too*"] }), ("p_type => 'run.failed'", new() { Types = ["run.failed"] }),
            ("p_actor => 'diver'", new() { Actor = "diver" }), ("p_tool => 'sonar'", new() { Tool = "sonar" }), ("p_object => 'claim-1'", new() { ObjectId = "claim-1" }),
            ("p_tool => 'sonar', p_where => 'quay.name=north'", new() { Tool = "sonar", Where = DataCondition.Parse("quay.name=north") }),
            ("p_where => '/a~1b~0.c/0=x'", new() { Where = DataCondition.Parse("/a~1b~0.c/0=x") }),
            ("p_since => now() - interval '1 day', p_until => now() + interval '1 day', p_tool => 'sonar'", new() { Tool = "sonar" }), ("p_since => now() + interval '1 day'", new() { Since = DateTimeOffset.MaxValue }),
            ("p_where => '/load=1e2'", new() { Where = DataCondition.Parse("/load=1e2") }), ("p_where => 'arguments.deep=true'", new() { Where = DataCondition.Parse("arguments.deep=true") }),
            ("'kettle', p_stream => 'branch:'", new() { Text = "kettle", Prefix = "branch:" }), ("'kettle', p_since => '2020-01-01', p_until => 'infinity'", new() { Text = "kettle" }),
            ("'kettle', p_until => '2020-01-01'", new() { Text = "kettle", Until = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) }),
        ];
        for (var times = 0; times < 2; times++)
        {
            foreach (var (sql, query) in asked)
            {
                (await _database.ScalarAsync<string>($"select coalesce(string_agg(seq::text, ' ' order by ordinality), '') from ledger.search({sql}) with ordinality"))
                    .ShouldBe(string.Join(' ', Numbers((await scan.SearchAsync(query)).Events)), sql);
            }

            (await _database.ScalarAsync<string>("select stream || ' ' || type || ' ' || actor || ' ' || version from ledger.search('kettle', p_actor => 'diver', p_limit => 1)"))
                .ShouldBe("run:b note diver 1");
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => _database.ScalarAsync<long>("select count(*) from ledger.search(p_where => '/lots/-1=seven')"))).SqlState.ShouldBe("22023");
            await IndexAsync();

            // Now only the last five thousand events would be looked at one by one.
            await _database.ExecuteAsync("update ledger.mt_event_progression set last_seq_id = 1000000 where name = 'ledger:search:All'");
        }
    }

    [Fact]
    public async Task WhileAFilledLogIsIndexed_SearchesFindTheSame()
    {
        var search = await IndexAsync();
        await AppendMixedAsync();
        var scan = new ScanningLogSearch(_database.Store);
        var expected = Numbers((await scan.SearchAsync(new LogQuery { Text = "kettle" })).Events);
        var (rows, all) = (new SearchRows(new PostgresOptions()), await _database.ScalarAsync<long>("select count(*) from ledger.mt_events"));
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        for (var indexed = 0L; indexed < all; indexed = (await rows.IndexAsync(connection, indexed, all, 3, CancellationToken.None)).Reached)
        {
            var page = await search.SearchAsync(new LogQuery { Text = "kettle" });
            Numbers(page.Events).ShouldBe(expected);
            page.Unindexed.ShouldBe(indexed == 0 ? null : all - indexed);
            (await search.SearchAsync(new LogQuery { Text = "nowhere", Tool = "sonar" })).Events.ShouldBeEmpty();
        }

        var whole = await search.SearchAsync(new LogQuery { Text = "kettle" });
        (whole.Unindexed, string.Join(' ', Numbers(whole.Events))).ShouldBe((0, string.Join(' ', expected)));
    }

    [Fact]
    public async Task Search_NewerThanTheIndex_IsFound_AndALateCommitIsNotPassed()
    {
        var run = new AgentLedger(_database.Store).GetRun("a");
        await run.AppendAsync([Note("kettle one")]);
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await new AgentLedger(_database.Store.On(slow)).GetRun("late").AppendAsync([Note("kettle late")]);
        await new AgentLedger(_database.Store).GetRun("early").AppendAsync([Note("kettle early")]);
        var search = await IndexAsync();

        var page = await search.SearchAsync(new LogQuery { Text = "kettle" });
        (string.Join(' ', page.Events.Select(e => e.Stream.Id)), page.Unindexed).ShouldBe(("early a", 2));
        (await _database.ScalarAsync<long>("select count(*) from ledger.search_entry")).ShouldBe(1);
        await slow.CommitAsync();
        (await search.SearchAsync(new LogQuery { Text = "kettle" })).Events.Select(e => e.Stream.Id).ShouldBe(["early", "late", "a"]);
        await IndexAsync();
        page = await search.SearchAsync(new LogQuery { Text = "kettle" });
        (string.Join(' ', page.Events.Select(e => e.Stream.Id)), page.Unindexed).ShouldBe(("early late a", 0));
    }

    [Fact]
    public async Task Rewritten_IsFoundByItsNewText_AndItsOldTextLeavesTheIndexAtOnce()
    {
        var run = new AgentLedger(_database.Store).GetRun("a");
        await run.AppendAsync([Note("kettle"), Note("kettle too")]);
        await new AgentLedger(_database.Store).GetRun("b").AppendAsync([Note("kettle three")]);
        var search = await IndexAsync();
        await _database.ExecuteAsync("update ledger.mt_events set data = '{\"text\": \"masked\"}' where version = 1 and stream_id = 'run:a'");

        (await _database.ScalarAsync<long>("select count(*) from ledger.search_entry where keys is null")).ShouldBe(1);
        (await FoundAsync(search, "masked")).ShouldBe([1]);
        (await FoundAsync(search, "kettle")).ShouldBe([3, 2]);
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await new SearchRows(new PostgresOptions()).IndexRewrittenAsync(connection, CancellationToken.None);
        }

        (await _database.ScalarAsync<long>("select count(*) from ledger.search_entry where keys is null")).ShouldBe(0);
        (await FoundAsync(search, "masked")).ShouldBe([1]);
        await _database.ExecuteAsync("delete from ledger.mt_streams where id = 'run:a'");
        (await _database.ScalarAsync<long>("select count(*) from ledger.search_entry")).ShouldBe(1);
        await _database.ExecuteAsync("truncate ledger.mt_streams cascade");
        (await _database.ScalarAsync<long>("select last_seq_id + (select count(*) from ledger.search_entry) from ledger.mt_event_progression where name = 'ledger:search:All'"))
            .ShouldBe(0);
    }

    [Fact]
    public async Task Rewriting_BesideIndexing_WaitsForNoOther_AndIsNotLost()
    {
        var run = new AgentLedger(_database.Store).GetRun("a");
        await run.AppendAsync([Note("kettle one"), Note("kettle two"), Note("kettle three"), Note("kettle four")]);
        await using var one = await _database.DataSource.OpenConnectionAsync();
        await using var two = await _database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(one, "begin isolation level repeatable read; select count(*) from ledger.mt_events");
        await ExecuteAsync(two, "update ledger.mt_events set data = '{\"text\": \"masked two\"}' where version = 2");
        var search = await IndexAsync();
        (await FoundAsync(search, "masked")).ShouldBe([2]);
        (await FoundAsync(search, "kettle")).ShouldBe([4, 3, 1]);

        // The entry is newer than its snapshot: it must not say that it has removed the keys.
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => ExecuteAsync(one, "update ledger.mt_events set data = '{\"text\": \"masked one\"}' where version = 1"))).SqlState
            .ShouldBe(Npgsql.PostgresErrorCodes.SerializationFailure);
        await ExecuteAsync(one, "rollback; begin; update ledger.mt_events set data = '{\"text\": \"masked one\"}' where version = 1");
        await ExecuteAsync(two, "set lock_timeout = '5s'; update ledger.mt_events set data = '{\"text\": \"masked three\"}' where version = 3");

        // Two that index the same: one page, and the rest of the rewritten ones.
        var rows = new SearchRows(new PostgresOptions());
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await Task.WhenAll(rows.IndexRewrittenAsync(two, CancellationToken.None), rows.IndexRewrittenAsync(other, CancellationToken.None));
        (await FoundAsync(search, "masked")).ShouldBe([3, 2]);
        await ExecuteAsync(one, "commit");
        (await FoundAsync(search, "masked")).ShouldBe([3, 2, 1]);

        await ExecuteAsync(one, "begin; select count(*) from ledger.search_entry");
        await ExecuteAsync(two, "select ledger.clear_search_v1()");
        await ExecuteAsync(one, "commit; begin; update ledger.mt_events set data = '{\"text\": \"masked four\"}' where version = 4");
        (await rows.IndexAsync(two, 0, 4, 100, CancellationToken.None)).ShouldBe(new ShardPage(0, 0));
        await ExecuteAsync(one, "commit");
        var pages = await Task.WhenAll(new[] { one, two }.Select(async connection =>
        {
            try
            {
                return (await rows.IndexAsync(connection, 0, 4, 100, CancellationToken.None)).Reached.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Npgsql.PostgresException refused)
            {
                return refused.SqlState;
            }
        }));
        pages.ShouldContain("4");
        pages.Single(page => page != "4").ShouldBeOneOf(LedgerErrorCodes.ShardMoved, "0");
        (await FoundAsync(search, "masked")).ShouldBe([4, 3, 2, 1]);
    }

    [Fact]
    public async Task NumberGivenUp_IsFoundWhenItAppears()
    {
        var search = await IndexAsync();
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await new AgentLedger(_database.Store.On(slow)).GetRun("late").AppendAsync([Note("kettle late")]);
        await new AgentLedger(_database.Store).GetRun("early").AppendAsync([Note("kettle early"), Note("more"), Note("more"), Note("more")]);
        await using var indexing = await _database.DataSource.OpenConnectionAsync();
        var rows = new SearchRows(new PostgresOptions { ForeignWriters = ForeignWriters.Marten });
        await rows.IndexAsync(indexing, 0, 5, 100, CancellationToken.None);
        await rows.IndexRewrittenAsync(indexing, CancellationToken.None);
        (await FoundAsync(search, "kettle")).ShouldBe([2]);
        await slow.CommitAsync();
        (await FoundAsync(search, "kettle")).ShouldBe([2, 1]);
        await rows.IndexRewrittenAsync(indexing, CancellationToken.None);
        (await _database.ScalarAsync<long>("select count(*) from ledger.search_entry where keys is null or keys = '{}'")).ShouldBe(0);
        (await FoundAsync(search, "kettle")).ShouldBe([2, 1]);

        // However few events a query may look at, the index is asked.
        ((PostgresLogSearch)search).LookedAt = 5_000;
        (await search.SearchAsync(new LogQuery { Text = "kettle late", Reach = 2 })).Events.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Keys_AreTheSameInSql()
    {
        foreach (var text in new[] { "Kettle boils, at 100 degrees", "wär заря 漢字 x", "no", "" })
        {
            (await _database.ScalarAsync<short[]>($"select array(select unnest(ledger.search_keys_v1('{text}')) order by 1)"))
                .ShouldBe(new SearchKeys().AddText(text).ToArray().Take(20), text);
            (await _database.ScalarAsync<short[]>($"select array[ledger.search_word_v1('{text}', 64000), ledger.search_word_v1('{text}', 64768)]"))
                .ShouldBe([.. new SearchKeys().AddType(text).ToArray(), .. new SearchKeys().AddName(text).ToArray()], text);
        }
    }

    private static UntypedEvent Note(string text) => new("note", JsonSerializer.SerializeToElement(new { text }));

    private static long[] Numbers(IEnumerable<RecordedEvent> events) => [.. events.Select(recorded => recorded.Sequence.Value)];

    private static async Task<IEnumerable<long>> FoundAsync(ILogSearch search, string text) => Numbers((await search.SearchAsync(new LogQuery { Text = text })).Events);

    private static async Task<List<RecordedEvent>> AllAsync(ILogSearch search, LogQuery query)
    {
        var page = await search.SearchAsync(query);
        var all = page.Events.ToList();
        while (page.Next is { } next)
        {
            page = await search.SearchAsync(query with { Before = next });
            all.AddRange(page.Events);
        }

        return all;
    }

    private async Task AppendMixedAsync()
    {
        var a = new AgentLedger(_database.Store).GetRun("a");
        await a.AppendAsync(
        [
            Note("The Kettle boils now"), Note("someone says \"no\", tab\there, a\\b and x_y-z"), Note("Wärme, заря, 漢字 q.u"),
            new ObjectCreated("claim-1", "Claim", JsonElement.Parse("""{"text": "kettle"}""")), new ObjectPatched("claim-1", []), new RelationCreated("r", "on", "claim-2", "claim-1"),
            new ToolCalled("sonar", JsonElement.Parse("""{"quay": {"name": "north"}, "deep": true}""")), new ToolCalled("sonar", JsonElement.Parse("""{"quay": {"name": "south"}}""")),
            new ToolCalled("so\"nar", JsonElement.Parse("""{"load": 1e2, "lots": [1, "seven"], "said": "says \"no\""}""")),
            new UntypedEvent("note", JsonElement.Parse("""{"a/b~.c": ["x"]}""")),
            new UntypedEvent("tool.called", JsonElement.Parse("""{"tool": 7, "quay": {"name": "wär"}}""")), new RunFailed("The kettle is 0.50 degrees too cold"),
        ]);
        await new AgentLedger(_database.Store).GetRun("b").AppendAsync([new NewEvent(Note("kettle of the diver"), new EventMetadata { Actor = "diver" })]);
        var branch = await a.ForkAsync(new Position(3), new ForkOptions { Id = "c" });
        await branch.AppendAsync([Note("a kettle in a branch"), new UntypedEvent("call.failed", JsonElement.Parse("{}"))]);
    }

    /// <summary>Indexes all that can be, and returns a search that looks at nothing else itself.</summary>
    private async Task<ILogSearch> IndexAsync()
    {
        await new ProjectionAdmin(_database.DataSource).RebuildAsync("ledger:search", new RebuildOptions { Mode = RebuildMode.Resume });
        var search = (PostgresLogSearch)_database.Store.Get<ILogSearch>()!;
        (search.LookedAt, search.LookedAtForSome, search.FewEvents) = (0, 0, 0);
        return search;
    }

    private static async Task ExecuteAsync(Npgsql.NpgsqlConnection connection, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task EventuallyAsync(string sql, long least)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await _database.ScalarAsync<long>(sql) < least)
        {
            await Task.Delay(20, stop.Token);
        }
    }

    private sealed class Said(LogLevel least = LogLevel.Warning) : ILogger<ProjectionDaemon>
    {
        private readonly TaskCompletionSource<string> _message = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Message => _message.Task;

        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Count++;
                _message.TrySetResult(formatter(state, exception));
            }
        }
    }

    private sealed class Inline(Action<RebuildProgress> report) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => report(value);
    }
}
