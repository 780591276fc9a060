using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Inline;

public sealed class RowProjectionTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private readonly string _table = "count_" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Append_InlineProjection_RowsAreTrueWhenItReturns()
    {
        await using var store = await CreateStoreAsync();
        var stream = NewStream();

        await store.AppendAsync(stream, ExpectedVersion.Any, Kits(3));
        await store.AppendAsync(stream, ExpectedVersion.Any, Kits(2));

        (await CountAsync(stream)).ShouldBe(5);
    }

    [Fact]
    public async Task Append_OtherWriterAppendedWithoutProjection_ItsEventsAreAppliedWithTheNext()
    {
        await using var store = await CreateStoreAsync();
        var stream = NewStream();

        await store.AppendAsync(stream, ExpectedVersion.Any, Kits(1));
        await database.Store.AppendAsync(stream, ExpectedVersion.Any, Kits(4));
        await store.AppendAsync(stream, ExpectedVersion.Any, Kits(1));

        (await CountAsync(stream)).ShouldBe(6);
    }

    [Fact]
    public async Task Append_RolledBackByCaller_LeavesNoRow()
    {
        await using var store = await CreateStoreAsync();
        var stream = NewStream();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await store.On(transaction).AppendAsync(stream, ExpectedVersion.Any, Kits(1));
        }

        (await CountAsync(stream)).ShouldBe(0);
        (await store.GetStreamAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task Append_StatementFailsForOneOfHundredGathered_OthersSucceed()
    {
        await using var store = await CreateStoreAsync();
        var streams = Enumerable.Range(0, 100).Select(_ => NewStream()).ToArray();

        var appends = streams.Select((stream, i) =>
            store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded(i == 42 ? "poison" : "kit")])).ToArray();
        await Task.WhenAll(appends).ContinueWith(_ => { }, TaskScheduler.Default);

        for (var i = 0; i < appends.Length; i++)
        {
            if (i == 42)
            {
                appends[i].Exception!.InnerException.ShouldBeOfType<PostgresException>().ConstraintName.ShouldBe("ck_kit");
            }
            else
            {
                appends[i].Status.ShouldBe(TaskStatus.RanToCompletion);
            }

            (await CountAsync(streams[i])).ShouldBe(i == 42 ? 0 : 1);
        }
    }

    [Fact]
    public async Task Append_EventTypes_OnlyThoseArePending()
    {
        await using var store = await CreateStoreAsync(types: [typeof(KitLoaded)]);
        var stream = NewStream();

        await store.AppendAsync(stream, ExpectedVersion.Any, [new ToolCalled("a"), new KitLoaded("kit"), new ToolCalled("b")]);
        await store.AppendAsync(stream, ExpectedVersion.Any, [new ToolCalled("c")]);

        (await CountAsync(stream)).ShouldBe(1);
        (await database.ScalarAsync<long>($"select version from ledger.projection_head where projection = '{_table}' and stream = '{stream}'")).ShouldBe(4);
    }

    [Fact]
    public async Task Append_StreamWithoutThePrefix_DoesNotEvenWaitForTheLock()
    {
        await using var store = await CreateStoreAsync(prefix: "task:");
        var (counted, other) = (StreamName.Task(Guid.NewGuid().ToString("N")), NewStream());
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var rebuild = await connection.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand($"select pg_advisory_xact_lock(ledger.projection_key_v1('{_table}'))", connection, rebuild))
        {
            await held.ExecuteNonQueryAsync();
        }

        await store.AppendAsync(other, ExpectedVersion.Any, Kits(1));
        var waiting = store.AppendAsync(counted, ExpectedVersion.Any, Kits(2));
        waiting.IsCompleted.ShouldBeFalse();
        await rebuild.CommitAsync();
        await waiting;

        (await CountAsync(other)).ShouldBe(0);
        (await CountAsync(counted)).ShouldBe(2);
    }

    [Fact]
    public async Task Append_OneCallOverSeveralPrefixes_CountsTheStreamsOfEach()
    {
        await using var store = await CreateStoreAsync(prefix: "task:");
        var (counted, other) = (StreamName.Task(Guid.NewGuid().ToString("N")), NewStream());

        await store.AppendAsync(
        [
            new StreamAppend(other, ExpectedVersion.Any, [new NewEvent(new KitLoaded("kit"))]),
            new StreamAppend(counted, ExpectedVersion.Any, [new NewEvent(new KitLoaded("kit"))]),
        ]);

        (await CountAsync(other)).ShouldBe(0);
        (await CountAsync(counted)).ShouldBe(1);
    }

    [Fact]
    public void Checked_UnregisteredType_IsAFault() =>
        Should.Throw<PostgresOptionsException>(() => new PostgresOptions
        {
            Projections = [new RowProjection("odd", "select 1 from {pending}", [typeof(string)])],
        }.Checked()).Faults.ShouldBe(["Projections: 'odd' handles System.String, which is not in the Registry; add it there."]);

    [Fact]
    public async Task Fork_InlineProjection_SeesTheEventOfTheBranch()
    {
        await using var store = await CreateStoreAsync();
        var ledger = new AgentLedger(store);
        var run = await ledger.StartRunAsync();
        await run.AppendAsync(Kits(2));

        var branch = await run.ForkAsync(new Position(1));

        (await CountAsync(branch.StreamName)).ShouldBe(1);
    }

    private static object[] Kits(int count) => [.. Enumerable.Repeat(new KitLoaded("kit"), count)];

    private static StreamName NewStream() => StreamName.Run(Guid.NewGuid().ToString("N"));

    private async Task<PostgresEventStore> CreateStoreAsync(string prefix = "", IReadOnlyCollection<Type>? types = null)
    {
        await using var create = database.DataSource.CreateCommand(
            $"create table if not exists {_table} (stream text primary key, kits bigint, kit text constraint ck_kit check (kit <> 'poison'))");
        await create.ExecuteNonQueryAsync();
        var projection = new RowProjection(
            _table,
            $$"""
            insert into {{_table}} as c (stream, kits, kit)
            select stream_id, count(*), max(data ->> 'kit') from {pending} group by stream_id
            on conflict (stream) do update set kits = c.kits + excluded.kits, kit = excluded.kit
            """,
            types)
        {
            StreamPrefix = prefix,
        };
        return new PostgresEventStore(database.DataSource, new PostgresOptions { Projections = [projection] });
    }

    private async Task<long> CountAsync(StreamName stream) =>
        await database.ScalarAsync<long>($"select coalesce((select kits from {_table} where stream = '{stream}'), 0)");
}
