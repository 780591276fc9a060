using System.Collections.Concurrent;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Postgres;
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
    // Other tests do the same in other databases of the server.
    private const string Offers =
        "pg_locks as l where l.locktype = 'advisory' and l.database = (select d.oid from pg_database as d where d.datname = current_database()) and (l.classid::bigint << 32) | l.objid::bigint = ledger.shard_key_v1($1 || ':Marten:candidate')";

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
        await BePatientAsync();
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

    [Fact]
    public async Task Rebuild_WhileAnotherProcessRebuildsIt_Waits()
    {
        await using var application = await MartenApplication.StartAsync(_database, daemon: null);
        await FillAsync(application, 4);
        await WaitForOfferAsync("Journal");
        await _database.ExecuteAsync("update ledger.mt_doc_journal set data = '{}'");
        var options = new PostgresOptions();
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await RebuildLock.TakeAsync(other, "marten:Journal", options, CancellationToken.None);

        var rebuild = Admin.RebuildAsync("Journal");
        await PollAsync(async () => await _database.TextAsync("select count(node)::text from ledger.projection_request") == "1");
        await PollAsync(async () => await _database.TextAsync(
            "select count(*)::text from pg_stat_activity where datname = current_database() and query like '-- Locks the rebuild%' and pid <> $1", other.ProcessID) != "0");
        (await FilledAsync()).ShouldBe("0");
        await RebuildLock.GiveAsync(other, "marten:Journal", options);

        await rebuild;
        (await FilledAsync()).ShouldBe("4");
    }

    [Fact]
    public async Task Rebuild_OfAnAsyncProjectionWhoseProcessIsBusy_IsNotDoneByAnother()
    {
        var gate = new GatedProjection();
        await using var busy = await MartenApplication.StartAsync(_database, DaemonMode.HotCold, AddGated);
        await FillAsync(busy, 4);
        await WaitForOfferAsync("Gated");
        await WaitAsync("RunCounts", s => s is { Lag: 0, Owner: not null });
        gate.Close();
        await BePatientAsync();
        var gated = Admin.RebuildAsync("Gated");
        await gate.Entered.WaitAsync(TimeSpan.FromMinutes(2));
        await using var cold = await MartenApplication.StartAsync(_database, DaemonMode.HotCold, AddGated);
        await PollAsync(async () => await _database.TextAsync($"select count(*)::text from {Offers}", "Journal") == "2");

        // The other process takes what was asked for later.
        var counts = Admin.RebuildAsync("RunCounts");
        await PollAsync(async () => await _database.TextAsync("select count(*)::text from ledger.projection_request where projection = 'RunCounts'") == "1");
        await Admin.RebuildAsync("Journal");
        (await _database.TextAsync("select count(node)::text from ledger.projection_request where projection = 'RunCounts'")).ShouldBe("0");
        gate.Open();

        await Task.WhenAll(gated, counts);

        void AddGated(StoreOptions options) => options.Projections.Add(gate, ProjectionLifecycle.Inline, "Gated");
    }

    [Fact]
    public async Task Rebuild_WhoseSessionIsLost_GoesOnAndIsReported()
    {
        var gate = new GatedProjection();
        await using var application = await MartenApplication.StartAsync(
            _database, daemon: null, o => o.Projections.Add(gate, ProjectionLifecycle.Inline, "Gated"));
        await FillAsync(application, 4);
        await WaitForOfferAsync("Gated");
        gate.Close();
        var rebuild = Admin.RebuildAsync("Gated");
        await gate.Entered.WaitAsync(TimeSpan.FromMinutes(2));

        var session = await _database.TextAsync($"select l.pid::text from {Offers}", "Gated");
        await _database.ExecuteAsync($"select pg_terminate_backend({session})");
        await PollAsync(async () => await _database.TextAsync($"select coalesce(max(l.pid), {session})::text from {Offers}", "Gated") != session);
        rebuild.IsCompleted.ShouldBeFalse();
        gate.Open();

        await rebuild;
        gate.Rebuilt.ShouldBe(4);
    }

    [Fact]
    public async Task Rebuild_WhoseProcessHasEnded_IsDoneByAnother()
    {
        await using var application = await MartenApplication.StartAsync(_database, daemon: null);
        await FillAsync(application, 4);
        await WaitForOfferAsync("Journal");
        await _database.ExecuteAsync("""
            update ledger.mt_doc_journal set data = '{}';
            insert into ledger.projection_request (projection, action, requested_at, node, seen_at, events, total, cancelled)
            values ('Journal', 'rebuild', now() - interval '1 min', 'gone', now() - interval '1 min', 0, 0, false),
                   ('Seen', 'rebuild', now() - interval '1 min', 'gone', now() - interval '1 min', 0, 0, false),
                   ('Journal', 'rebuild', now() - interval '2 min', 'done', now() - interval '1 min', 0, 0, false);
            update ledger.projection_request set finished_at = now() where node = 'done'
            """);

        await PollAsync(async () => await _database.TextAsync("select count(finished_at)::text from ledger.projection_request where projection = 'Journal'") == "2");

        (await FilledAsync()).ShouldBe("4");
        (await _database.TextAsync("select string_agg(node, ' ' order by node) from ledger.projection_request where node in ('gone', 'done')")).ShouldBe("done gone");
    }

    // Who asks waits ten seconds until its request is taken, in which a loaded machine may not end the rebuild before it.
    private Task BePatientAsync() => _database.ExecuteAsync("""
        create function public.later() returns trigger language plpgsql as $$ begin new.requested_at := new.requested_at + interval '2 min'; return new; end $$;
        create trigger tr_later before insert on ledger.projection_request for each row execute function public.later();
        """);

    private Task<string> FilledAsync() => _database.TextAsync("select count(*)::text from ledger.mt_doc_journal where data <> '{}'");

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
        $"select count(*)::text from {Offers}", projection) != "0");

    private static async Task PollAsync(Func<Task<bool>> isDone)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
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
