using System.Diagnostics;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>In a network that loses every packet, a caller that cancels is let go, with the exception that says so.</summary>
public sealed class DeadNetworkTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    // Npgsql alone takes 15 seconds: it asks the server to cancel, and waits until that connection times out.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly StreamName Known = StreamName.Run("known");

    public static TheoryData<string> Calls => new(AllCalls.Keys);

    private static Dictionary<string, Func<PostgresEventStore, CancellationToken, Task>> AllCalls { get; } = new()
    {
        ["append"] = (store, token) => store.AppendAsync(Known, ExpectedVersion.Any, [new KitLoaded("a")], token),
        ["append of many"] = (store, token) => store.AppendAsync(
            Known, ExpectedVersion.Any, [.. Enumerable.Range(0, 2_000).Select(n => new KitLoaded($"{n}"))], token),
        ["append to several"] = (store, token) => store.AppendAsync(
            [.. Enumerable.Range(0, 9).Select(n => new StreamAppend(StreamName.Run($"{n}"), ExpectedVersion.Any, [new NewEvent(new KitLoaded("a"))]))], token),
        ["import"] = (store, token) => store.ImportAsync(
            new[] { new StreamEvent(Known, new NewEvent(new KitLoaded("a"))) }.ToAsyncEnumerable(), null, token),
        ["read"] = (store, token) => store.ReadForwardAsync(Known, cancellationToken: token).ToListAsync(token).AsTask(),
        ["read of the log"] = (store, token) => store.ReadLogAsync(cancellationToken: token).ToListAsync(token).AsTask(),
        ["stream"] = (store, token) => store.GetStreamAsync(Known, token),
        ["world"] = (store, token) => store.Get<Ledger.Worlds.IWorldReader>()!.GetWorldAsync(History.OfRun(Known), null, token),
        ["tasks"] = (store, token) => store.Get<Ledger.Tasks.ITaskReader>()!.QueryTasksAsync(new Ledger.Tasks.TaskQuery(), token),
        ["archive"] = (store, token) => store.ArchiveAsync(Known, token),
        ["records, written"] = async (store, token) =>
        {
            var records = new ChronoStore(store, "p");
            await records.UpsertAsync(new ChronoRecord { Id = "a", Kind = "fact", Label = "a" }, token);
        },
        ["records, read"] = (store, token) => new ChronoStore(store, "p").GetAsync("a", token),
        ["subscription"] = async (store, token) =>
        {
            await foreach (var _ in store.SubscribeAsync(cancellationToken: token))
            {
            }
        },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_AnswerNeverComes_IsLetGoWhenCancelled(string call)
    {
        await using var network = new SwallowingNetwork(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(network.ConnectionString);
        var store = new PostgresEventStore(pool);
        await store.AppendAsync(Known, ExpectedVersion.Any, [new KitLoaded("a")]);
        network.Die();

        await StopsSoonAsync(token => AllCalls[call](store, token), network.Swallowed);
    }

    [Fact]
    public async Task Call_ServerCannotBeReached_IsLetGoWhenCancelled()
    {
        await using var network = new SwallowingNetwork(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(network.ConnectionString);
        network.Die();
        var store = new PostgresEventStore(pool);

        await StopsSoonAsync(token => store.GetStreamAsync(Known, token), network.Swallowed);
        await StopsSoonAsync(token => new ProjectionAdmin(pool).ListAsync(token), network.Swallowed);
    }

    [Fact]
    public async Task Schema_AnswerNeverComes_IsLetGoWhenCancelled()
    {
        await using var network = new SwallowingNetwork(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(network.ConnectionString);
        var migrator = new LedgerMigrator(pool);
        await migrator.EnsureMigratedAsync();
        network.Die();

        await StopsSoonAsync(migrator.EnsureMigratedAsync, network.Swallowed);
    }

    [Theory]
    [InlineData("before the answer")]
    [InlineData("while it is read")]
    public async Task Question_AnswerNeverComes_IsLetGoWhenCancelled(string dies)
    {
        await using var network = new SwallowingNetwork(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(network.ConnectionString);
        var queries = new SqlQueries(pool);
        await using (await queries.AskAsync(new SqlQuery("select 1")))
        {
        }

        await StopsSoonAsync(AskAsync, network.Swallowed);

        async Task AskAsync(CancellationToken cancellationToken)
        {
            if (dies == "before the answer")
            {
                network.Die();
            }

            await using var answer = await queries.AskAsync(new SqlQuery("select a from generate_series(1, 1000000) as a"), cancellationToken);
            network.Die();
            await foreach (var _ in answer.ReadAsync(CancellationToken.None))
            {
            }
        }
    }

    private static async Task StopsSoonAsync(Func<CancellationToken, Task> start, Task swallowed)
    {
        using var source = new CancellationTokenSource();
        var call = start(source.Token);
        await swallowed;
        var started = Stopwatch.GetTimestamp();

        await source.CancelAsync();

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Soon, "Who cancels was held up.");
        (await Should.ThrowAsync<OperationCanceledException>(() => call)).CancellationToken.ShouldBe(source.Token);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Soon);
    }
}
