using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Tests.Log.Appending;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>The functions for new events write the rows of worlds as the fold does, and appends with rows go through them.</summary>
public sealed class NewEventRowsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    // In this order a stream has the object again after each removal.
    private static readonly string[] Kinds =
    [
        """object.patched {"id": "o0", "patch": {"n": 1, "a": {"b": null}}}""",
        .. WorldWorkTests.Odd,
        """object.removed {"id": "o0"}""",
        """object.patched {"id": "o0", "patch": {"n": 2}}""",
        """object.created {"id": "o0", "type": "U", "data": {"n": 3}}""",
        """object.removed {"id": "odd"}""",
        """object.created {"id": "fresh", "type": "T", "data": {"n": 4}}""",
    ];

    private static readonly string[] Patches =
    [
        """object.patched {"id": "o0", "patch": {"n": 5}}""",
        """object.patched {"id": "fresh", "patch": {"n": 6}}""",
        """object.patched {"id": "nowhere", "patch": {}}""",
        """object.patched {"id": "o0", "patch": []}""",
        """object.patched {"patch": {"n": 7}}""",
        """object.patched {"id": 7, "patch": {"n": 8}}""",
        """object.patched {"id": "o0"}""",
    ];

    [Fact]
    public async Task AppendNew_EventsOfAllKinds_RowsAreThoseOfTheLog()
    {
        var streams = await RunsAsync(database.Store, Kinds.Length);
        var branch = (await new AgentLedger(database.Store).GetStream(streams[^1]).ForkAsync(new Position(2))).StreamName;
        var other = new StreamName($"note:{Guid.NewGuid():N}");
        await database.Store.AppendAsync(other, ExpectedVersion.NoStream, [new ObjectCreated("o0", "T")]);
        streams = [branch, other, .. streams];

        await using var unrowed = database.CreateStoreWithoutRows();
        for (var round = 0; round < Kinds.Length + Patches.Length; round++)
        {
            // The rows of one stream lack events now, which the function has to write too.
            await unrowed.AppendAsync(streams[(round + 2) % streams.Length], ExpectedVersion.Any, [WorldWorkTests.OddOf(Patches[round % 2]), WorldWorkTests.OddOf(Kinds[0])]);
            var kinds = round < Kinds.Length ? Kinds : Patches;
            await AppendNewAsync(streams, [.. streams.Select((_, i) => kinds[(i + round) % kinds.Length])], together: round % 3 != 2);
        }

        var before = await database.ScalarAsync<long>($"select count(*) from ledger.world_object_past where stream = '{streams[2]}'");
        before.ShouldBeGreaterThan(5);
        await AppendNewAsync([streams[2], streams[3]], [$$"""object.created {"id": "{{new string('x', 501)}}", "type": "T"}""", Kinds[0]], together: true);

        // Streams that are no runs get rows with the first question.
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, [.. streams.Where(s => s != other)], "odd");
    }

    [Fact]
    public async Task Append_EventsOfRunsGatheredAndAlone_GoThroughTheFunctionsForNewEvents()
    {
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1, LongestBatchSeconds = 30 });
        var streams = await RunsAsync(store, Kinds.Length);
        await using (var unrowed = database.CreateStoreWithoutRows())
        {
            await unrowed.AppendAsync(streams[4], ExpectedVersion.Any, [new ObjectPatched("o0", new JsonObject { ["v"] = 2 })]);
        }

        await using var held = await HeldStream.CreateAsync(database);
        await WithoutTheOthersAsync(async () =>
        {
            var head = store.AppendAsync(held.Name, ExpectedVersion.Any, [new KitLoaded("kit")]);
            await held.WaitForWaitersAsync();
            var appends = streams.Select((s, i) => store.AppendAsync(s, ExpectedVersion.Any, [WorldWorkTests.OddOf(Kinds[i])])).ToArray();
            await held.DisposeAsync();
            await head;
            (await Task.WhenAll(appends)).Select(r => r.Version.Value).ShouldBe(streams.Select((_, i) => i == 4 ? 4L : 3L));

            (await store.AppendAsync(streams[0], ExpectedVersion.Exactly(new StreamVersion(3)), [new ObjectPatched("o0", new JsonObject { ["v"] = 4 })]))
                .Version.Value.ShouldBe(4);
        });

        (await database.ScalarAsync<long>(
            $"select count(*) from ledger.world_head as h join ledger.mt_streams as t on t.id = h.stream and t.version = h.version where t.id in ({string.Join(", ", streams.Select(s => $"'{s}'"))})"))
            .ShouldBe(streams.Length);
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, streams, "odd");
    }

    /// <summary>Runs in code point order, with two objects each.</summary>
    private static async Task<StreamName[]> RunsAsync(PostgresEventStore store, int count)
    {
        var id = Guid.NewGuid().ToString("N");
        StreamName[] streams = [.. Enumerable.Range(0, count).Select(n => StreamName.Run($"{id}-{n:00}"))];
        foreach (var stream in streams)
        {
            await store.AppendAsync(stream, ExpectedVersion.NoStream, [new ObjectCreated("o0", "T", new JsonObject { ["v"] = 1 }), new ObjectCreated("odd", "T")]);
        }

        return streams;
    }

    private async Task AppendNewAsync(StreamName[] streams, string[] events, bool together)
    {
        var types = Array.ConvertAll(events, e => WorldWorkTests.OddOf(e).Type);
        var payloads = Array.ConvertAll(events, e => e[e.IndexOf(' ', StringComparison.Ordinal)..]);
        await using var command = database.DataSource.CreateCommand(
            together
                ? "select (ledger.append_new_events_v1($1, array(select gen_random_uuid() from unnest($1)), $2, '{x}', $3::text[]::jsonb[], '{}', '{}', '{}', true))[1]"
                : """
                  select min((ledger.append_new_event_v1(e.stream, null, gen_random_uuid(), e.type, 'x', e.data::jsonb, null, null, null, true))[1])
                  from unnest($1, $2, $3) as e (stream, type, data)
                  """);
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(streams, s => s.Value) });
        command.Parameters.Add(new NpgsqlParameter { Value = together && types.Distinct().Count() == 1 ? types[..1] : types });
        command.Parameters.Add(new NpgsqlParameter { Value = payloads });
        (await command.ExecuteScalarAsync()).ShouldBeOfType<long>().ShouldBeGreaterThan(1);
    }

    private async Task WithoutTheOthersAsync(Func<Task> act)
    {
        var functions = await database.ScalarAsync<string>(
            "select string_agg(pg_get_functiondef(oid), ';') from pg_proc where pronamespace = 'ledger'::regnamespace and proname in ('append_v4', 'append_event_v3', 'append_events_v3')");
        await database.ExecuteAsync(functions.Replace("\nbegin\n", "\nbegin\n    raise exception 'Not by this one.';\n", StringComparison.Ordinal));
        try
        {
            await act();
        }
        finally
        {
            await database.ExecuteAsync(functions);
        }
    }
}
