using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Inline;

/// <summary>Rows that C# writes, event by event, in the transaction of the append.</summary>
public sealed class EventProjectionTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>, IAsyncLifetime
{
    private readonly string _table = "kits_" + Guid.NewGuid().ToString("N");
    private EventProjection _kits = null!;
    private PostgresEventStore _store = null!;

    public async Task InitializeAsync()
    {
        await database.ExecuteAsync(
            $"create table {_table} (stream text, version bigint, kit text constraint ck_kit check (kit <> 'poison'), primary key (stream, version))");
        _kits = new EventProjection(_table) { StreamPrefix = "run:", Reset = $"delete from {_table}" }.On<KitLoaded>(InsertAsync);
        _store = await database.CreateProjectingStoreAsync([_kits]);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Append_Handler_WritesInOrderWhatTheTypeSays()
    {
        var stream = NewStream();
        await _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("a"), new ToolCalled("t"), new KitLoaded("b")]);
        await database.Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("c")]);
        await _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("d")]);

        (await KitsAsync(stream)).ShouldBe("1a 3b 4c 5d");
    }

    [Fact]
    public async Task Append_JsonThatDoesNotFit_IsRefused()
    {
        var stream = NewStream();

        var refused = await Should.ThrowAsync<ProjectionFailedException>(() => _store.AppendAsync(
            stream, ExpectedVersion.Any, [new UntypedEvent("kit.loaded", System.Text.Json.JsonElement.Parse("""{"kit": 7}"""))]));

        refused.InnerException.ShouldBeOfType<EventMisfitException>().ExpectedType.ShouldBe(typeof(KitLoaded));
        (await KitsAsync(stream)).ShouldBe("");
    }

    [Fact]
    public async Task Append_StreamWithoutThePrefix_IsLeftOut()
    {
        var stream = new StreamName("other:" + Guid.NewGuid().ToString("N"));
        await _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("a")]);

        (await KitsAsync(stream)).ShouldBe("");
    }

    [Theory]
    [InlineData("poison", typeof(PostgresException))]
    [InlineData("bomb", typeof(ProjectionFailedException))]
    public async Task Append_HundredGathered_OneFails_OthersSucceed(string kit, Type fault)
    {
        var streams = Enumerable.Range(0, 100).Select(_ => NewStream()).ToArray();

        var appends = streams.Select((stream, i) => _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded(i == 42 ? kit : "kit")])).ToArray();
        await Task.WhenAll(appends).ContinueWith(_ => { }, TaskScheduler.Default);

        for (var i = 0; i < appends.Length; i++)
        {
            if (i == 42)
            {
                appends[i].Exception!.InnerException.ShouldBeOfType(fault);
            }
            else
            {
                appends[i].Status.ShouldBe(TaskStatus.RanToCompletion);
            }

            (await KitsAsync(streams[i])).ShouldBe(i == 42 ? "" : "1kit");
        }
    }

    [Fact]
    public async Task Append_CallersTransaction_GoesOnBehindAFault()
    {
        var stream = NewStream();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _store.On(transaction).AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("a")]);
        await Should.ThrowAsync<ProjectionFailedException>(() => _store.On(transaction).AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("bomb")]));
        await _store.On(transaction).AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("b")]);
        await transaction.CommitAsync();

        (await KitsAsync(stream)).ShouldBe("1a 2b");
    }

    [Fact]
    public async Task Rebuild_Reset_MakesTheRowsAnew()
    {
        var stream = NewStream();
        await _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("a"), new KitLoaded("b")]);
        await database.ExecuteAsync($"update {_table} set kit = 'wrong'");

        await _store.RebuildAsync(_kits);

        (await KitsAsync(stream)).ShouldBe("1a 2b");
    }

    [Fact]
    public async Task Import_Handler_WritesItsRows()
    {
        var stream = NewStream();
        await _store.ImportAsync(Enumerable.Range(0, 3).Select(n => new StreamEvent(stream, new NewEvent(new KitLoaded($"k{n}")))).ToAsyncEnumerable());

        (await KitsAsync(stream)).ShouldBe("1k0 2k1 3k2");
    }

    private static StreamName NewStream() => StreamName.Run(Guid.NewGuid().ToString("N"));

    private async Task InsertAsync(KitLoaded loaded, RecordedEvent recorded, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (loaded.Kit == "bomb")
        {
            throw new InvalidOperationException("The kit is a bomb.");
        }

        await using var insert = new NpgsqlCommand($"insert into {_table} (stream, version, kit) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = recorded.Stream.Value }, new() { Value = recorded.Version.Value }, new() { Value = loaded.Kit } },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task<string> KitsAsync(StreamName stream) => database.ScalarAsync<string>(
        $"select coalesce((select string_agg(version || kit, ' ' order by version) from {_table} where stream = '{stream}'), '')");
}
