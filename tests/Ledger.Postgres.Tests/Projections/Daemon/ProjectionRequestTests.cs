using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>What a program that does not know the code asks of the nodes that do.</summary>
public sealed class ProjectionRequestTests
{
    [Fact]
    public async Task Replay_FaultCorrected_AppliesTheEventsAndForgetsTheLetters()
    {
        await using var bench = await DaemonBench.CreateAsync(DaemonBench.AllKinds);
        var isCorrected = false;
        var told = new List<string>();
        var subscription = new Subscription("told", (recorded, _) =>
        {
            if (recorded.Data is KitLoaded { Kit: "poison" } && !isCorrected)
            {
                throw new InvalidOperationException("Not this one.");
            }

            told.Add($"{recorded.Sequence}");
            return Task.CompletedTask;
        });
        var options = new DaemonOptions { OnFailure = FailurePolicy.DeadLetter, Retries = 0, Subscriptions = [subscription] };
        await bench.StartAsync(options);
        await bench.Store.AppendAsync(
            StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("1"), new KitLoaded("poison"), new ToolCalled("poison"), new KitLoaded("2")]);
        await bench.CaughtUpAsync();
        await ProjectionDaemonTests.UntilAsync(bench, "select last_seq_id::text from ledger.mt_event_progression where name = 'told:All'", "4");
        var admin = new ProjectionAdmin(bench.Database.DataSource);
        var letters = await admin.ListDeadLettersAsync();
        letters.Select(l => $"{l.Projection} {l.Sequence} {l.Stream} {l.Type} {l.ExceptionType} {l.Message}").ShouldBe(
        [
            "tally 2 run:a kit.loaded InvalidOperationException The kit is poisoned.",
            "told 2 run:a kit.loaded InvalidOperationException Not this one.",
            "tool-uses 3 run:a tool.called InvalidOperationException The tool is poisoned.",
        ]);

        // The subscription has been corrected, the others are as wrong as before.
        (await Should.ThrowAsync<RequestFailedException>(() => admin.ReplayAsync(letters[0]))).Message.ShouldContain("The kit is poisoned.");
        (await Should.ThrowAsync<RequestFailedException>(() => admin.ReplayAsync(letters[2]))).Message.ShouldContain("The tool is poisoned.");
        isCorrected = true;
        await admin.ReplayAsync(letters[1]);

        told.ShouldBe(["1", "3", "4", "2"]);
        (await admin.ListDeadLettersAsync()).Select(l => l.Projection).ShouldBe(["tally", "tool-uses"]);
        (await admin.ListDeadLettersAsync("told")).ShouldBeEmpty();

        // One need not be applied at all; its row keeps why.
        await admin.DropAsync(letters[0], "The kit is gone.");
        (await admin.ListDeadLettersAsync()).Select(l => l.Projection).ShouldBe(["tool-uses"]);
        (await admin.ListAsync()).Select(s => $"{s.Projection} {s.DeadLetters}").ShouldBe(["kits 0", "tally 0", "told 0", "tool-uses 1"]);
        (await bench.Database.ScalarAsync<string>("select data ->> 'DroppedReason' from ledger.mt_doc_deadletterevent where data ? 'DroppedAt'")).ShouldBe("The kit is gone.");
        (await Should.ThrowAsync<RequestFailedException>(() => admin.DropAsync(letters[0], "Twice."))).Message
            .ShouldBe($"The dead letter {letters[0].Id} of 'tally' was applied or dropped already. Nothing was changed.");
    }

    [Fact]
    public async Task Rebuild_DeclaredByANodeAlone_IsDoneThere()
    {
        await using var bench = await DaemonBench.CreateAsync();
        await bench.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await bench.Store.AppendAsync(StreamName.Run($"{i}"), ExpectedVersion.Any, [new KitLoaded("1"), new ToolCalled("2")]);
        }

        await bench.CaughtUpAsync();
        var before = await bench.ContentAsync();
        await bench.Database.ExecuteAsync("""update ledger.mt_doc_tally set data = '{"Count": 7, "Digest": 7}'""");
        var admin = new ProjectionAdmin(bench.Database.DataSource);
        var last = default(RebuildProgress);

        await admin.RebuildAsync("tally", StreamName.Run("3"));
        (await bench.Store.LoadAsync(ProjectionSamples.Tallies, StreamName.Run("3"))).State.Count.ShouldBe(1);
        (await bench.Store.LoadAsync(ProjectionSamples.Tallies, StreamName.Run("2"))).State.Count.ShouldBe(7);
        await admin.RebuildAsync("tally", progress: new Latest(p => last = p));

        (await bench.ContentAsync()).ShouldBe(before);
        last.ShouldBe(new RebuildProgress(10, 10));
        (await bench.Database.ScalarAsync<long>("select count(*) from ledger.projection_request")).ShouldBe(0);
    }

    [Fact]
    public async Task Rebuild_NobodyDeclaresIt_IsRefusedAfterAWhile()
    {
        // As if most of the ten seconds were over.
        await using var bench = await DaemonBench.CreateAsync();
        await bench.Database.ExecuteAsync("""
            create function earlier() returns trigger language plpgsql as $$ begin new.requested_at := new.requested_at - interval '9 s'; return new; end $$;
            create trigger tr_earlier before insert on ledger.projection_request for each row execute function earlier();
            """);
        await bench.StartAsync();

        var refused = await Should.ThrowAsync<RequestFailedException>(() => new ProjectionAdmin(bench.Database.DataSource).RebuildAsync("nobody"));

        refused.Message.ShouldBe(
            "No node that runs declares 'nobody', or the one that does is rebuilding another. Start the application that does, or wait, and ask again; one of Marten is rebuilt by the application itself, with 'dotnet run -- projections rebuild'.");
    }

    [Fact]
    public async Task Rebuild_TakenAtTheMomentWhenItIsGivenUp_IsWaitedFor()
    {
        await using var bench = await DaemonBench.CreateAsync();
        await bench.Database.ExecuteAsync("""
            create function earlier() returns trigger language plpgsql as $$ begin new.requested_at := new.requested_at - interval '11 s'; return new; end $$;
            create trigger tr_earlier before insert on ledger.projection_request for each row execute function earlier();
            create function hold() returns trigger language plpgsql as
            $$ begin if exists (select from ledger.projection_request where xmin <> pg_current_xact_id()::xid) then perform pg_advisory_xact_lock_shared(4713); end if; return null; end $$;
            create trigger tr_hold before delete on ledger.projection_request for each statement execute function hold();
            """);
        await using var holder = await bench.Database.DataSource.OpenConnectionAsync();
        await ExecuteAsync("select pg_advisory_lock(4713)");

        var rebuild = new ProjectionAdmin(bench.Database.DataSource).RebuildAsync("elsewhere");
        await ProjectionDaemonTests.UntilAsync(
            bench,
            "select count(*)::text from pg_locks where locktype = 'advisory' and objid = 4713 and not granted and database = (select oid from pg_database where datname = current_database())",
            "1");
        await ExecuteAsync("update ledger.projection_request set node = 'elsewhere', seen_at = clock_timestamp() + interval '5 min'");
        await ExecuteAsync("select pg_advisory_unlock(4713)");
        await ProjectionDaemonTests.UntilAsync(bench, "select count(*)::text from pg_locks where locktype = 'advisory' and objid = 4713", "0");
        await ExecuteAsync("update ledger.projection_request set finished_at = clock_timestamp()");

        await rebuild;
        (await bench.Database.ScalarAsync<long>("select count(*) from ledger.projection_request")).ShouldBe(0);

        async Task ExecuteAsync(string sql)
        {
            await using var command = holder.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }
    }

    private sealed class Latest(Action<RebuildProgress> report) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => report(value);
    }
}
