using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Laws;
using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>The rows that imports and large appends write from the client are those that the server makes of the log.</summary>
public sealed class WorldWorkTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    internal static readonly string[] Odd =
    [
        """object.created {"id": "odd", "type": "T", "data": {"k": 1, "\u006b": 2, "z": 1e2, "n": -0.0, "t": "ä\u00e4\n"}}""",
        """object.patched {"id": "odd", "patch": {"\u006b": {"deep": [1, {"k": null}]}, "": 1}}""",
        """object.patched {"id": "odd"}""",
        """object.patched {"id": "odd", "patch": null}""",
        """object.patched {"id": "odd", "patch": {"k": 3, "k": 4}, "patch": {"": {}}}""",
        """object.patched {"id": "nowhere", "patch": []}""",
        """object.patched {"id": 7}""",
        """object.created {"id": "odd", "data": {}}""",
        """object.created {"id": "odd", "type": "T", "data": 1}""",
        """object.removed {}""",
        """object.removed {"id": "nowhere"}""",
        """object.created []""",
        """relation.created {"id": "odd", "type": "t", "source_id": "odd", "target_id": null}""",
        """relation.created {"id": "odd", "type": "t", "source_id": "odd", "target_id": "nowhere"}""",
        """relation.created {"id": "odd", "type": "u", "source_id": "b", "target_id": "c", "data": {"a": true}}""",
        """relation.removed {"id": "odd"}""",
        """relation.created {"id": "odd", "type": "v", "source_id": "d", "target_id": "e"}""",
        """budget.exhausted {"reasons": []}""",
        """note {"id": "odd", "type": "T"}""",
    ];

    [Theory]
    [InlineData("import")]
    [InlineData("append")]
    [InlineData("transaction")]
    public async Task Write_ManyEvents_RowsAreThoseOfTheLog(string way)
    {
        var id = Guid.NewGuid().ToString("N");
        StreamName[] streams = [StreamName.Run(id), StreamName.Run($"{id}-second"), new StreamName($"other:{id}")];
        await WithoutTheFunctionAsync(async () =>
        {
            for (var part = 0; part < 3; part++)
            {
                await WriteAsync(way, Events(streams, part, 900));
            }
        });

        await StoredRows.ShouldBeThoseOfTheLogAsync(database, streams, "odd");
    }

    [Fact]
    public async Task Rebuild_LongStream_IsFoldedHereInParts()
    {
        StreamName[] streams = [StreamName.Run(Guid.NewGuid().ToString("N")), StreamName.Run(Guid.NewGuid().ToString("N"))];
        await WriteAsync("import", Events([streams[0]], 3, 10_400));
        await WriteAsync("import", Events(streams, 4, 600));
        var written = await StoredRows.ReadAsync(database, streams);

        await WithoutTheFunctionAsync(async () =>
        {
            foreach (var stream in streams)
            {
                await new ProjectionAdmin(database.DataSource).RebuildAsync("ledger:world", stream);
            }
        });

        (await StoredRows.ReadAsync(database, streams) == written).ShouldBeTrue();
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, streams, "odd");
    }

    [Theory]
    [InlineData("long id")]
    [InlineData("branch")]
    [InlineData("behind")]
    [InlineData("large")]
    public async Task Write_WhatIsLeftToTheServer_RowsAreThoseOfTheLog(string what)
    {
        var run = new AgentLedger(database.Store).GetRun(Guid.NewGuid().ToString("N"));
        var stream = run.StreamName;
        await run.AppendAsync([new ObjectCreated("o0", "T", new JsonObject { ["v"] = 1 })]);
        switch (what)
        {
            case "long id":
                await run.AppendAsync([new ObjectCreated("first", "T")]);
                break;
            case "branch":
                stream = (await run.ForkAsync(new Position(1))).StreamName;
                break;
            case "behind":
                await using (var other = database.CreateStoreWithoutRows())
                {
                    await new AgentLedger(other).GetRun(run.Id).AppendAsync([new ObjectPatched("o0", new JsonObject { ["w"] = 2 }), new ObjectPatched("ghost")]);
                }

                break;
            default:
                await run.AppendAsync([new ObjectCreated("o1", "T", new JsonObject { ["text"] = RandomText(9_000_000, 1) })]);
                await run.AppendAsync([new ObjectCreated("o2", "T", new JsonObject { ["text"] = RandomText(9_000_000, 2) })]);
                break;
        }

        var events = what == "large" ? Notes(stream, 600) : Events([stream], 7, 600);
        if (what == "long id")
        {
            events.Insert(300, new StreamEvent(stream, new NewEvent(new ObjectCreated(new string('é', 251), "T"))));
        }
        else if (what == "large")
        {
            events.AddRange(new[] { "o1", "o2" }.Select(id => new StreamEvent(stream, new NewEvent(new ObjectPatched(id, new JsonObject { ["v"] = 2 })))));
        }

        await WriteAsync("import", events);

        (await database.ScalarAsync<long>($"select version from ledger.world_head where stream = '{stream}'")).ShouldBeGreaterThan(300);
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, [run.StreamName, stream], "o0");
    }

    [Fact]
    public async Task Append_RepeatedWhereRowsLackIts_WritesThemOnce()
    {
        var stream = StreamName.Run(Guid.NewGuid().ToString("N"));
        NewEvent[] events = [.. Events([stream], 1, 600).Select(e => e.Event)];
        await using (var other = database.CreateStoreWithoutRows())
        {
            await other.AppendAsync(stream, ExpectedVersion.NoStream, events);
        }

        var repeated = await database.Store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await Should.ThrowAsync<WrongExpectedVersionException>(
            () => database.Store.AppendAsync(stream, ExpectedVersion.NoStream, [.. Events([stream], 2, 600).Select(e => e.Event)]));

        repeated.Outcome.ShouldBe(AppendOutcome.AlreadyWritten);
        (await new AgentLedger(database.Store).GetStream(stream).GetWorldAsync()).Objects.ShouldNotBeEmpty();
        await StoredRows.ShouldBeThoseOfTheLogAsync(database, [stream], "o0");
    }

    [Fact]
    public async Task RebuildBySql_OfOneRun_HoldsUpNoOther()
    {
        var (rebuilt, other) = (StreamName.Run(Guid.NewGuid().ToString("N")), StreamName.Run(Guid.NewGuid().ToString("N")));
        var created = new NewEvent(new ObjectCreated("a", "T"));
        await database.Store.AppendAsync(rebuilt, ExpectedVersion.NoStream, [new ObjectCreated("a", "T")]);
        await database.Store.AppendAsync(other, ExpectedVersion.NoStream, [created]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"select ledger.rebuild_world('{rebuilt}')", connection))
        {
            (await command.ExecuteScalarAsync()).ShouldBe(1L);
        }

        // An event that is there already, and a fork.
        (await database.Store.AppendAsync(other, ExpectedVersion.Any, [created]).WaitAsync(TimeSpan.FromMinutes(1))).Outcome.ShouldBe(AppendOutcome.AlreadyWritten);
        var branch = await new AgentLedger(database.Store).GetStream(other).ForkAsync(new Position(1)).WaitAsync(TimeSpan.FromMinutes(1));
        await transaction.CommitAsync();

        await StoredRows.ShouldBeThoseOfTheLogAsync(database, [rebuilt, other, branch.StreamName], "a");
    }

    private async Task WriteAsync(string way, IReadOnlyCollection<StreamEvent> events)
    {
        StreamAppend[] appends = [.. events.GroupBy(e => e.Stream).Select(g => new StreamAppend(g.Key, ExpectedVersion.Any, [.. g.Select(e => e.Event)]))];
        switch (way)
        {
            case "import":
                await database.Store.ImportAsync(events.ToAsyncEnumerable());
                break;
            case "append":
                await database.Store.AppendAsync(appends);
                break;
            default:
                await using (var connection = await database.DataSource.OpenConnectionAsync())
                await using (var transaction = await connection.BeginTransactionAsync())
                {
                    await database.Store.On(transaction).AppendAsync(appends);
                    await transaction.CommitAsync();
                }

                break;
        }
    }

    private static List<StreamEvent> Events(StreamName[] streams, int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(n => new StreamEvent(
            streams[random.Next(streams.Length)],
            new NewEvent(random.Next(4) == 0 ? OddOf(Odd[random.Next(Odd.Length)]) : WorldChanges.Of(random.Next(10_000)))))];
    }

    private static List<StreamEvent> Notes(StreamName stream, int count) => [.. Enumerable.Range(0, count).Select(_ => new StreamEvent(stream, new NewEvent(OddOf("note {}"))))];

    internal static UntypedEvent OddOf(string text) => new(text[..text.IndexOf(' ', StringComparison.Ordinal)], JsonElement.Parse(text[text.IndexOf(' ', StringComparison.Ordinal)..]));

    private static string RandomText(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private async Task WithoutTheFunctionAsync(Func<Task> act)
    {
        await database.ExecuteAsync("alter function ledger.fold_world_v2(text[], bigint) rename to fold_world_kept");
        try
        {
            await act();
        }
        finally
        {
            await database.ExecuteAsync("alter function ledger.fold_world_kept(text[], bigint) rename to fold_world_v2");
        }
    }
}
