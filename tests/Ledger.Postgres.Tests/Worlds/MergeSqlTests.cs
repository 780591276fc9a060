using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using Ledger.Conformance;
using Ledger.Conformance.Conventions;
using Ledger.Conformance.Laws;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>What SQL says of a merge is what the library says, to the row.</summary>
public sealed class MergeSqlTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>, IAsyncLifetime
{
    private const string Preview =
        "select change || ' ' || kind || ' ' || id || ' ' || event_type || ' ' || array_to_string(causes, ','), data::text from ledger.merge_preview($1, $2, $3, $4)";

    private const string Conflicts = """
        select concat_ws('|', kind, id, type, reason, coalesce(property, '-'), path, coalesce(our_event::text, '-'), coalesce(their_event::text, '-'),
                         coalesce(our_actor, '-'), coalesce(their_actor, '-')),
               base::text, ours::text, theirs::text
        from ledger.conflicts($1, $2, $3, $4)
        """;

    private static readonly MergeRules Deep = MergeRules.None.Deep("T", "v0").Deep("t", "v").Deep("U", "v1");

    private NpgsqlConnection _connection = null!;

    private AgentLedger Runs => new(database.Store);

    private AgentLedger Deeper => new(database.Store, new AgentLedgerOptions { MergeRules = Deep });

    public async Task InitializeAsync() => _connection = await database.DataSource.OpenConnectionAsync();

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    // Four branches, one of them forked late, change and merge each other at random.
    [Fact]
    public Task Preview_AnyWalkOfMerges_IsThatOfTheLibrary() =>
        Law.HoldsAsync(Law.ArraysOf(Gen.Choose(0, 1_000_000), upTo: 24), WalkAsync, times: Scale.Of(12, 300));

    [Fact]
    public async Task MergeId_AnyStream_IsThatOfTheLibrary()
    {
        foreach (var (stream, number) in from length in Enumerable.Range(1, 120) where length is < 3 or > 40 select (StreamName.Run(new string('é', length / 2) + 'x'), length % 7 * 1_000))
        {
            (await RowsAsync("select ledger.merge_id_v1($1, $3)::text, $2 || ($4 ->> 'none')", stream.Value, "", number)).ShouldBe([$"{EventIds.OfMerge(stream, number)} nothing"]);
        }
    }

    [Fact]
    public async Task Preview_EveryReason_IsThatOfTheLibrary()
    {
        var run = Runs.GetRun($"{Guid.NewGuid()}");
        await run.AppendAsync([
            .. "abcdef".Select(id => new ObjectCreated($"{id}", "T", new JsonObject { ["x"] = 1, ["v0"] = new JsonObject { ["n"] = 1, ["m"] = 1 } })),
            new RelationCreated("r", "t", "a", "b"), new RelationCreated("left", "t", "a", "f")]);
        var branch = await run.ForkAsync();
        await run.AppendAsync([
            new ObjectCreated("a", "U", new JsonObject { ["x"] = 1 }), new ObjectRemoved("b"), new ObjectPatched("c", new JsonObject { ["x"] = 2 }),
            new ObjectCreated("new", "T", new JsonObject { ["x"] = 1 }), new RelationCreated("r", "t", "a", "c"), new RelationCreated("toD", "t", "a", "d"),
            new RelationCreated("same", "t", "a", "b"), Nested("e", 2, 1), new ObjectRemoved("f")]);
        await branch.AppendAsync([
            new ObjectCreated("a", "V", new JsonObject { ["x"] = 1 }), new ObjectPatched("b", new JsonObject { ["x"] = 2 }), new ObjectRemoved("c"),
            new ObjectCreated("new", "T", new JsonObject { ["y"] = 1 }), new RelationCreated("r", "t", "a", "d"), new ObjectRemoved("d"),
            new RelationCreated("same", "t", "a", "b"), Nested("e", 3, 2), new RelationCreated("toF", "t", "f", "a"), new RelationCreated("left", "u", "a", "f")]);

        (await run.PreviewMergeAsync(branch)).Conflicts.Select(c => c.Reason).Distinct().Count().ShouldBe(Enum.GetValues<MergeConflictReason>().Length);
        foreach (var rules in new[] { Deep, MergeRules.None })
        {
            await CompareAsync(run, branch, null, rules);
            await CompareAsync(branch, run, null, rules);
        }

        static ObjectPatched Nested(string id, int n, int m) => new(id, new JsonObject { ["v0"] = new JsonObject { ["n"] = n, ["m"] = m } });
    }

    [Fact]
    public async Task Preview_OfADeepLineage_IsThatOfTheLibrary()
    {
        var run = Runs.GetRun($"{Guid.NewGuid()}");
        await run.AppendAsync([new ObjectCreated("o0", "T"), new ObjectCreated("o1", "T")]);
        var (middle, leaf) = (run, run);
        var depth = Scale.Of(24, 1_000);
        for (var i = 0; i < depth; i++)
        {
            leaf = await leaf.ForkAsync();
            await leaf.AppendAsync([new ObjectPatched($"o{i % 2}", new JsonObject { [$"v{i % 2}"] = new JsonObject { [$"k{i}"] = i } })]);
            middle = i == depth / 2 ? leaf : middle;
        }

        await middle.AppendAsync([new ObjectPatched("o0", new JsonObject { ["v0"] = new JsonObject { ["k0"] = -1 } })]);
        await run.MergeAsync(middle);
        await run.AppendAsync([new ObjectRemoved("o1")]);

        foreach (var (target, source) in new[] { (run, leaf), (leaf, run), (middle, leaf), (leaf, middle) })
        {
            await CompareAsync(target, source, null, Deep);
        }
    }

    // Counted by the server in the plans that it ran, because a machine's times say less.
    [Fact]
    public async Task Preview_OfMoreChanges_ReadsAsManyRowsMore()
    {
        var (few, many) = (await ReadRowsAsync(objects: 60), await ReadRowsAsync(objects: 480));

        ((double)many / few).ShouldBeLessThan(16, $"eight times the changes: {few} rows became {many}");
    }

    [Fact]
    public async Task Preview_OfWhatIsNoPair_IsRefused()
    {
        var (run, other) = (Runs.GetRun($"{Guid.NewGuid()}"), Runs.GetRun($"{Guid.NewGuid()}"));
        await run.AppendAsync([new ObjectCreated("a", "T")]);
        await other.AppendAsync([new ObjectCreated("a", "T")]);
        var branch = await run.ForkAsync();

        (await RefusedAsync(run.StreamName.Value, other.StreamName.Value, null)).ShouldBe("LG005");
        (await RefusedAsync(run.StreamName.Value, run.StreamName.Value, null)).ShouldBe("LG005");
        (await RefusedAsync(run.StreamName.Value, "run:nobody", null)).ShouldBe("LG002");
        (await RefusedAsync(run.StreamName.Value, branch.StreamName.Value, 9)).ShouldBe("LG003");

        async Task<string> RefusedAsync(string target, string source, long? at) =>
            (await Should.ThrowAsync<PostgresException>(() => RowsAsync(Preview, target, source, at))).SqlState;
    }

    [Fact]
    public async Task Page_OnMerging_ShowsWhatIsAnswered()
    {
        var run = Runs.GetRun("first");
        await run.AppendAsync([new ObjectCreated("c1", "Claim", new JsonObject { ["status"] = "open" })]);
        var branch = await run.ForkAsync(new ForkOptions { Id = "second" });
        await run.AppendAsync([Status("accepted", "lead")]);
        await branch.AppendAsync([Status("refuted", "scout"), new NewEvent(new ObjectCreated("c2", "Claim"))]);
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs/merging.md"));
        var statements = page.Split("```sql\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';')[0]);

        var rows = new List<string>();
        foreach (var statement in statements)
        {
            rows.Add(await database.ScalarAsync<string>($"select string_agg(r::text, ' ') from ({statement}) as r"));
        }

        rows.ShouldBe([
            """(created,c2,object.created,"{""id"": ""c2"", ""type"": ""Claim""}")""",
            """"(c1,/data/status,"""open""","""accepted""",lead,"""refuted""",scout)"""",
            "(1)"]);

        static NewEvent Status(string status, string actor) =>
            new(new ObjectPatched("c1", new JsonObject { ["status"] = status }), new EventMetadata { Actor = actor });
    }

    private async Task<long> ReadRowsAsync(int objects)
    {
        var run = Runs.GetRun($"{Guid.NewGuid()}");
        var ids = Enumerable.Range(0, objects).ToList();
        await run.AppendAsync([.. ids.Select(i => new ObjectCreated($"o{i}", "T")), .. ids.Select(i => new RelationCreated($"r{i}", "t", $"o{i}", "o0"))]);
        var branch = await run.ForkAsync();
        await run.AppendAsync([.. ids.Where(i => i % 2 == 0).Select(i => new ObjectPatched($"o{i}", new JsonObject { ["x"] = 1 }))]);
        await branch.AppendAsync([
            .. ids.Where(i => i % 2 == 0).Select(i => new ObjectPatched($"o{i}", new JsonObject { ["x"] = 2 })),
            .. ids.Where(i => i % 2 == 1).SelectMany(i => new object[] { new RelationRemoved($"r{i}"), new ObjectRemoved($"o{i}") })]);
        (await RowsAsync(Preview, run.StreamName.Value, branch.StreamName.Value, null)).Count.ShouldBe(objects);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        var plans = new List<JsonNode>();
        connection.Notice += (_, e) =>
        {
            if (e.Notice.MessageText.Split("plan:", 2) is [_, var plan])
            {
                plans.Add(JsonNode.Parse(plan)!);
            }
        };
        await using var counted = new NpgsqlCommand(
            $"""
            load 'auto_explain';
            set auto_explain.log_min_duration = 0;
            set auto_explain.log_nested_statements = on;
            set auto_explain.log_analyze = on;
            set auto_explain.log_timing = off;
            set auto_explain.log_format = json;
            set auto_explain.log_level = notice;
            select count(*) from ledger.merge_preview('{run.StreamName}', '{branch.StreamName}');
            select count(*) from ledger.conflicts('{run.StreamName}', '{branch.StreamName}')
            """,
            connection);
        await counted.ExecuteNonQueryAsync();

        // How the rows of worlds are found depends on what the server knows of their tables.
        return plans.Where(plan => plan["Query Text"]!.GetValue<string>().Contains("merge_", StringComparison.Ordinal)).Sum(plan => RowsOf(plan["Plan"]!));
    }

    private static long RowsOf(JsonNode node)
    {
        var rows = new[] { "Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter" }.Sum(name => node[name]?.GetValue<double>() ?? 0);
        return (long)(rows * node["Actual Loops"]!.GetValue<double>()) + (node["Plans"]?.AsArray().Sum(inner => RowsOf(inner!)) ?? 0);
    }

    private async Task WalkAsync(int[] steps)
    {
        var run = Runs.GetRun($"{Guid.NewGuid()}");
        await run.AppendAsync([new ObjectCreated("o0", "T"), .. steps.Take(5).Select(WorldChanges.Of)]);
        List<Run> branches = [run, await run.ForkAsync(), await run.ForkAsync()];
        foreach (var (step, i) in steps.Skip(5).Select((step, i) => (step, i)))
        {
            if (i == 6)
            {
                branches.Add(await branches[1].ForkAsync());
            }

            var (target, source) = Pair(branches, step);
            if (step % 7 < 5)
            {
                var metadata = new EventMetadata { Actor = step % 2 == 0 ? $"actor-{step % 3}" : null };
                await target.AppendAsync([new NewEvent(WorldChanges.Of(step / 5), metadata), new NewEvent(step % 3 == 0 ? Nested(step / 7) : WorldChanges.Of(step / 7)), new NewEvent(WorldChanges.Of(step / 11))]);
            }
            else
            {
                await target.MergeAsync(source, new MergeOptions { Resolver = step % 2 == 0 ? MergeResolver.Ours : MergeResolver.Theirs });
            }
        }

        foreach (var target in branches)
        {
            foreach (var source in branches.Where(b => b != target))
            {
                await CompareAsync(target, source, null, target.StreamName == run.StreamName ? Deep : MergeRules.None);
            }
        }

        var (last, part) = Pair(branches, steps.LastOrDefault());
        await CompareAsync(last, part, new Position((await part.GetLengthAsync()).Value / 2), Deep);
    }

    private static ObjectPatched Nested(int seed) => new($"o{seed % 2}", new JsonObject
    {
        [$"v{seed / 10 % 2}"] = new JsonObject
        {
            ["n"] = seed / 100 % 3,
            [$"m~/{seed / 1_000 % 2}"] = new JsonObject { ["x"] = seed / 10_000 % 3, ["y"] = seed % 5 == 0 ? null : new JsonArray(seed / 100 % 2) },
        },
    });

    private static (Run Target, Run Source) Pair(List<Run> branches, int step) =>
        (branches[step % branches.Count], branches[(step + 1 + step / 3 % (branches.Count - 1)) % branches.Count]);

    private async Task CompareAsync(Run target, Run source, Position? at, MergeRules rules)
    {
        if (rules == Deep)
        {
            target = await Deeper.OpenAsync(target.StreamName);
        }

        var preview = await target.PreviewMergeAsync(source, new MergeOptions { At = at });
        (await RowsAsync(Preview, target.StreamName.Value, source.StreamName.Value, at?.Value, rules == Deep)).ShouldBe(preview.Changes.Select(c =>
            $"{$"{c.Change}".ToLowerInvariant()} {c.Kind.ToName()} {c.Id} {TypeOf(c.Event)} {string.Join(',', c.Causes)} {Canonical(JsonSerializer.Serialize(c.Event))}"));
        (await RowsAsync(Conflicts, target.StreamName.Value, source.StreamName.Value, at?.Value, rules == Deep)).ShouldBe(preview.Conflicts.Select(c => string.Join(
            ' ',
            string.Join(
                '|', c.Kind.ToName(), c.Id, c.Type, c.Reason.ToName(), c.Property ?? "-", c.Path, c.OurEvent?.ToString() ?? "-", c.TheirEvent?.ToString() ?? "-", c.OurActor ?? "-", c.TheirActor ?? "-"),
            Canonical(c.Base),
            Canonical(c.Ours),
            Canonical(c.Theirs))));
    }

    private async Task<List<string>> RowsAsync(string sql, string target, string source, long? at, bool isDeep = false)
    {
        await using var command = new NpgsqlCommand(sql, _connection)
        {
            Parameters =
            {
                new() { Value = target },
                new() { Value = source },
                new() { Value = at ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint },
                new() { Value = isDeep ? """{"T": ["v0"], "t": ["v"], "U": ["v1"]}""" : "{}", NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb },
            },
        };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i =>
                reader.IsDBNull(i) ? "nothing" : i == 0 ? reader.GetString(i) : Canonical(reader.GetString(i)))));
        }

        return rows;
    }

    private static string Canonical(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "nothing" : Canonical(value.GetRawText());

    private static string Canonical(string json) => json.Length == 0 ? "''" : Sorted(JsonNode.Parse(json))?.ToJsonString() ?? "null";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static string TypeOf(object data) => data switch
    {
        ObjectCreated => "object.created",
        ObjectPatched => "object.patched",
        ObjectRemoved => "object.removed",
        RelationCreated => "relation.created",
        _ => "relation.removed",
    };
}
