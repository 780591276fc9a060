using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Log;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>Reading the log while other transactions hold numbers that they have not committed.</summary>
public sealed class RunningTransactionTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    // A writer of the same tables by hand: draws its number, waits, and then commits, rolls back, or goes through PREPARE.
    private const string RawWrite = """
        with stream as (
            insert into ledger.mt_streams (id, version, tenant_id) values (@stream, 1, '*DEFAULT*')
            on conflict (id) do update set version = ledger.mt_streams.version + 1 returning id, version)
        insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
        select nextval('ledger.mt_events_sequence'), gen_random_uuid(), id, version, '{}', 'raw', now(), '*DEFAULT*',
               'Ledger.Events.UntypedEvent, Ledger', false from stream
        """;

    [Fact]
    public async Task ReadLog_RunningTransactionHoldsNumber_EndsBelowItAndContinuesAfterCommit()
    {
        var before = (await ReadAsync(SequenceNumber.Start)).LastOrDefault();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await WriteAsync(connection, "held-1");
        await database.Store.AppendAsync(new StreamName("after-held-1"), ExpectedVersion.Any, [new ObjectRemoved("x")]);

        (await ReadAsync(new SequenceNumber(before))).ShouldBeEmpty();
        await transaction.CommitAsync();

        (await ReadAsync(new SequenceNumber(before))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task ReadLog_SlowReaderBelowAHeldNumber_GetsAllThatIsCertain()
    {
        // Another test may have left a dead number at the end, and nothing above it is certain while a transaction runs.
        await database.Store.AppendAsync(new StreamName("edge-2"), ExpectedVersion.Any, [new ObjectRemoved("x")]);
        var before = (await ReadAsync(SequenceNumber.Start)).LastOrDefault();
        await database.Store.AppendAsync(
            new StreamName("before-held-2"), ExpectedVersion.Any, [.. Enumerable.Range(0, 1_000).Select(n => new ObjectRemoved($"{n}"))]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await WriteAsync(connection, "held-2");
        await database.Store.AppendAsync(new StreamName("after-held-2"), ExpectedVersion.Any, [new ObjectRemoved("x")]);
        var clock = new QuickTimeProvider();
        await using var store = new PostgresEventStore(database.DataSource, timeProvider: clock);

        var read = 0;
        await foreach (var recorded in store.ReadLogAsync(new SequenceNumber(before)))
        {
            recorded.Stream.ShouldBe(new StreamName("before-held-2"));
            read++;
            clock.Move(TimeSpan.FromSeconds(1));
        }

        read.ShouldBe(1_000);
    }

    [Fact]
    public async Task ReadLog_NumberOfRolledBackTransaction_IsPassed()
    {
        var before = (await ReadAsync(SequenceNumber.Start)).LastOrDefault();
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            await WriteAsync(connection, "dead-1");
        }

        await database.Store.AppendAsync(new StreamName("after-dead-1"), ExpectedVersion.Any, [new ObjectRemoved("x")]);

        (await ReadAsync(new SequenceNumber(before))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task ReadLog_PreparedTransactionHoldsNumber_EndsBelowIt()
    {
        var before = (await ReadAsync(SequenceNumber.Start)).LastOrDefault();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(connection, "begin");
        await WriteAsync(connection, "prepared-1");
        await ExecuteAsync(connection, "prepare transaction 'prepared-1'");
        await database.Store.AppendAsync(new StreamName("after-prepared-1"), ExpectedVersion.Any, [new ObjectRemoved("x")]);

        var held = await ReadAsync(new SequenceNumber(before));
        await ExecuteAsync(connection, "commit prepared 'prepared-1'");

        held.ShouldBeEmpty();
        (await ReadAsync(new SequenceNumber(before))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task ReadLog_WritersThatWaitBetweenNumberAndCommit_LosesNothingAndDoublesNothing()
    {
        var before = (await ReadAsync(SequenceNumber.Start)).LastOrDefault();
        var seconds = Scale.Of(3, 120);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var writers = Enumerable.Range(0, 12).Select(w => w % 3 == 0
            ? AppendUntilAsync($"native-{w}", end.Token)
            : WriteUntilAsync($"raw-{w}", new Random(w), end.Token)).ToArray();
        var seen = new List<long>();
        var all = Task.WhenAll(writers);
        while (!all.IsCompleted)
        {
            await CollectAsync(seen, before);
        }

        await all;
        await CollectAsync(seen, before);

        seen.ShouldBeInOrder(SortDirection.Ascending);
        seen.Distinct().Count().ShouldBe(seen.Count);
        seen.ShouldBe(await StoredAsync(before));
        seen.Count.ShouldBeGreaterThan(writers.Length);
    }

    private async Task CollectAsync(List<long> seen, long before)
    {
        var after = seen.Count > 0 ? seen[^1] : before;
        seen.AddRange(await ReadAsync(new SequenceNumber(after)));
    }

    private async Task<List<long>> ReadAsync(SequenceNumber after) =>
        await database.Store.ReadLogAsync(after).Select(e => e.Sequence.Value).ToListAsync();

    private async Task<List<long>> StoredAsync(long after)
    {
        await using var command = database.DataSource.CreateCommand("select seq_id from ledger.mt_events where seq_id > $1 order by 1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<long>();
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetInt64(0));
        }

        return stored;
    }

    private async Task AppendUntilAsync(string stream, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var payload = new ObjectPatched("x", new JsonObject { ["n"] = 1 });
            await database.Store.AppendAsync(new StreamName(stream), ExpectedVersion.Any, [payload], CancellationToken.None);
        }
    }

    private async Task WriteUntilAsync(string stream, Random random, CancellationToken end)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(CancellationToken.None);
        for (var n = 0; !end.IsCancellationRequested; n++)
        {
            await ExecuteAsync(connection, "begin");
            await WriteAsync(connection, stream);
            // The pause is the server's: it is what the test is about, not a wait for something to happen.
            await ExecuteAsync(connection, $"select pg_sleep({random.Next(20)} / 1000.0)");
            var fate = random.Next(10);
            if (fate == 1)
            {
                await ExecuteAsync(connection, $"prepare transaction '{stream}-{n}'");
                await ExecuteAsync(connection, $"select pg_sleep({random.Next(20)} / 1000.0)");
                await ExecuteAsync(connection, $"commit prepared '{stream}-{n}'");
            }
            else
            {
                await ExecuteAsync(connection, fate == 0 ? "rollback" : "commit");
            }
        }
    }

    private static async Task WriteAsync(NpgsqlConnection connection, string stream)
    {
        await using var command = new NpgsqlCommand(RawWrite, connection);
        command.Parameters.AddWithValue("stream", stream);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
