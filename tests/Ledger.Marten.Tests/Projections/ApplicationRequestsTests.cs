using System.Collections.Concurrent;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Marten;
using Shouldly;
using Xunit;
using ShardState = Ledger.Postgres.Projections.Daemon.ShardState;

namespace Ledger.Marten.Tests.Projections;

/// <summary>Projections of a Marten application that runs, rebuilt and paused by other programs.</summary>
public sealed class ApplicationRequestsTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();
    private int _appended;

    private ProjectionAdmin Admin => new(_database.DataSource);

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(DaemonMode.Solo)]
    [InlineData(DaemonMode.HotCold)]
    public async Task Rebuild_OfAnApplicationThatRuns_IsDoneByItsDaemonAndShowsProgress(DaemonMode mode)
    {
        await using var application = await MartenApplication.StartAsync(_database, mode);
        await FillAsync(application, 40);
        await WaitForOfferAsync("Journal");
        await WaitAsync("RunCounts", s => s is { Lag: 0, Owner: not null });
        await _database.ExecuteAsync("update ledger.mt_doc_runcounts set data = '{}'; update ledger.mt_doc_journal set data = '{}'");

        foreach (var name in new[] { "RunCounts", "Journal" })
        {
            var progress = new Reports();
            await Admin.RebuildAsync(name, progress: progress);
            progress.All.Max(p => p.Events).ShouldBe(40);
            progress.All.Max(p => p.Total).ShouldBe(40);
        }

        await using var session = application.Documents.QuerySession();
        (await session.LoadAsync<RunCounts>("run:r1"))!.Created.ShouldBe(10);
        (await session.LoadAsync<Journal>("run:r1"))!.Lines.Count.ShouldBe(10);
        (await _database.TextAsync("select count(*)::text from ledger.projection_request")).ShouldBe("0");

        // The daemon goes on with it.
        await application.Ledger.GetRun("r1").AppendAsync([new ObjectCreated("later", "Thing")]);
        await WaitAsync("RunCounts", s => s is { Lag: 0, Owner: not null });
        await using var after = application.Documents.QuerySession();
        (await after.LoadAsync<RunCounts>("run:r1"))!.Created.ShouldBe(11);
    }

    [Fact]
    public async Task Rebuild_OfSeveralProcesses_IsDoneByTheOneWhoseDaemonRunsIt()
    {
        await using var first = await MartenApplication.StartAsync(_database, DaemonMode.HotCold);
        await FillAsync(first, 8);
        await WaitForOfferAsync("Journal");
        await WaitAsync("RunCounts", s => s is { Lag: 0, Owner: not null });
        await using var second = await MartenApplication.StartAsync(_database, DaemonMode.HotCold);
        await using var withoutDaemon = await MartenApplication.StartAsync(_database, daemon: null);
        await _database.ExecuteAsync("update ledger.mt_doc_runcounts set data = '{}'");

        await Task.WhenAll(Admin.RebuildAsync("RunCounts"), Admin.RebuildAsync("Seen"), Admin.RebuildAsync("Journal"), Admin.RebuildAsync("RunCounts"));

        await using var session = second.Documents.QuerySession();
        (await session.Query<RunCounts>().ToListAsync()).Sum(c => c.Created).ShouldBe(8);
        (await session.Query<SeenEvent>().CountAsync()).ShouldBe(8);
    }

    [Fact]
    public async Task Rebuild_OfAnApplicationWithoutADaemon_IsDoneForInlineOnes()
    {
        await using (var application = await MartenApplication.StartAsync(_database, daemon: null))
        {
            await FillAsync(application, 8);
            await WaitForOfferAsync("Journal");
            await _database.ExecuteAsync("update ledger.mt_doc_journal set data = '{}'");

            await Admin.RebuildAsync("Journal");

            (await _database.TextAsync("select count(*)::text from ledger.mt_doc_journal where data <> '{}'")).ShouldBe("4");
            await ShouldSayWhereAsync("RunCounts", n => Admin.RebuildAsync(n));
            await ShouldSayWhereAsync("RunCounts", n => Admin.PauseAsync(n));
        }

        // Without the application nobody waits for it.
        await ShouldSayWhereAsync("Journal", n => Admin.RebuildAsync(n));
    }

    [Fact]
    public async Task Rebuild_ThatCannotBeDone_SaysWhy()
    {
        await using var application = await MartenApplication.StartAsync(
            _database, DaemonMode.Solo, o => o.Projections.Add(new FailingProjection(), ProjectionLifecycle.Async, "Failing"));
        await FillAsync(application, 4);
        await WaitForOfferAsync("Failing");

        (await Should.ThrowAsync<RequestFailedException>(() => Admin.RebuildAsync("RunCounts", StreamName.Run("r1")))).Message.ShouldBe(
            "'RunCounts' is a projection of Marten, which is rebuilt as a whole. Nothing was changed; leave the stream out.");
        (await Should.ThrowAsync<RequestFailedException>(() => Admin.PauseAsync("Journal"))).Message.ShouldBe(
            "'Journal' runs in the transaction of every append, so it is neither paused nor resumed. Nothing was changed.");
        (await Should.ThrowAsync<RequestFailedException>(() => Admin.RebuildAsync("Failing"))).Message.ShouldContain("It always fails");
    }

    [Theory]
    [InlineData(DaemonMode.Solo)]
    [InlineData(DaemonMode.HotCold)]
    public async Task Pause_OfOneProjection_StopsItInEveryProcessUntilItIsResumed(DaemonMode mode)
    {
        await using var application = await MartenApplication.StartAsync(_database, mode);
        await FillAsync(application, 4);
        await WaitForOfferAsync("Journal");
        await WaitAsync("RunCounts", s => s is { Lag: 0, Owner: not null });
        await WaitAsync("Seen", s => s is { Lag: 0, Owner: not null });

        await Admin.PauseAsync("RunCounts");
        await PollAsync(async () =>
        {
            await FillAsync(application, 1);
            await WaitAsync("Seen", s => s is { Lag: 0 });
            return (await StatusAsync("RunCounts")).Lag >= 3;
        });
        await WaitAsync("Seen", s => s is { Lag: 0, Owner: not null, State: ShardState.Running });
        var paused = await StatusAsync("RunCounts");
        (paused.State, paused.Owner).ShouldBe((ShardState.Paused, null));

        // A process that starts finds it paused, and so does one that takes over.
        await using (var other = await MartenApplication.StartAsync(_database, mode == DaemonMode.Solo ? null : mode))
        {
            await WaitForOfferAsync("Journal");
            await FillAsync(other, 4);
            await WaitAsync("Seen", s => s is { Lag: 0, Owner: not null });
            (await StatusAsync("RunCounts")).Lag.ShouldBe(paused.Lag + 4);
        }

        await Admin.RebuildAsync("RunCounts");
        await WaitAsync("RunCounts", s => s is { State: ShardState.Paused, Owner: null, Lag: 0 });
        await FillAsync(application, 4);
        await WaitAsync("Seen", s => s is { Lag: 0, Owner: not null });
        (await StatusAsync("RunCounts")).Lag.ShouldBe(4);

        await Admin.ResumeAsync("RunCounts");
        await WaitAsync("RunCounts", s => s is { State: ShardState.Running, Owner: not null, Lag: 0 });
        await WaitAsync("Seen", s => s is { Lag: 0, Owner: not null });
        await using var session = application.Documents.QuerySession();
        (await session.Query<RunCounts>().ToListAsync()).Sum(c => c.Created).ShouldBe(_appended);
    }

    private async Task FillAsync(MartenApplication application, int events)
    {
        for (var i = 0; i < events; i++, _appended++)
        {
            await application.Ledger.GetRun($"r{i % 4}").AppendAsync([new ObjectCreated($"{Guid.NewGuid():N}", "Thing")]);
        }
    }

    private static async Task ShouldSayWhereAsync(string name, Func<string, Task> act) =>
        (await Should.ThrowAsync<RequestFailedException>(() => act(name))).Message.ShouldBe(
            $"'{name}' is a projection of Marten, on which only its application acts. Nothing was changed. Rebuild it there: "
            + $"'dotnet run -- projections rebuild --projection {name}'; 'dotnet run -- projections' lists what else can be done.");

    private async Task<ShardStatus> StatusAsync(string projection) => (await Admin.ListAsync()).Single(s => s.Projection == projection);

    private Task WaitAsync(string projection, Func<ShardStatus, bool> isWanted) =>
        PollAsync(async () => (await Admin.ListAsync()).SingleOrDefault(s => s.Projection == projection) is { } status && isWanted(status));

    private Task WaitForOfferAsync(string projection) => PollAsync(async () => await _database.TextAsync(
        "select count(*)::text from pg_locks where locktype = 'advisory' and (classid::bigint << 32) | objid::bigint = ledger.shard_key_v1($1 || ':Marten:candidate')",
        projection) != "0");

    private static async Task PollAsync(Func<Task<bool>> isDone)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isDone())
        {
            await pace.WaitForNextTickAsync(limit.Token);
        }
    }

    private sealed class Reports : IProgress<RebuildProgress>
    {
        public ConcurrentQueue<RebuildProgress> All { get; } = [];

        public void Report(RebuildProgress value) => All.Enqueue(value);
    }
}
