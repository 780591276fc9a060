using System.Text.Json;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Runs;
using Ledger.Wolverine.Messages;
using Ledger.Worlds;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Wolverine;
using Xunit;

namespace Ledger.Wolverine.Tests.Messages;

/// <summary>Ledger's own messages, on each engine.</summary>
public abstract class LedgerMessageTests(WolverineApplication application)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task StartRun_CreatesIt_AndSaysSo()
    {
        var tracked = await application.InvokeAndWaitAsync(new StartRun(_id) { Events = [EventData.Of(new KitLoaded("first"))] });

        tracked.NoRoutes.SingleMessage<RunStarted>().ShouldBe(new RunStarted(_id, 1));
        (await application.Ledger.GetRun(_id).GetLengthAsync()).ShouldBe(new Position(1));
        await Should.ThrowAsync<WrongExpectedVersionException>(() => InvokeAsync<RunStarted>(new StartRun(_id)));
    }

    [Fact]
    public async Task StartRun_WithoutEvents_IsListed()
    {
        (await InvokeAsync<RunStarted>(new StartRun(_id))).Length.ShouldBe(0);

        (await application.Store.GetStreamAsync(StreamName.Run(_id)))!.Version.ShouldBe(StreamVersion.Empty);
    }

    [Fact]
    public async Task AppendEvents_DeliveredTwice_AreWrittenOnce()
    {
        var message = AppendEvents.Of(_id, [new KitLoaded("a"), new NewEvent(new KitLoaded("b"), new EventMetadata { Actor = "me" })]);
        var carried = JsonSerializer.Deserialize<AppendEvents>(JsonSerializer.Serialize(message))!;

        var first = await InvokeAsync<EventsAppended>(message);
        await InvokeAsync<EventsAppended>(carried);

        (first.Stream, first.Length).ShouldBe(($"run:{_id}", 2));
        var events = await application.Ledger.GetRun(_id).ReadAllAsync();
        events.Select(e => e.Id).ShouldBe(first.EventIds);
        events.Select(e => ((KitLoaded)e.Data).Kit).ShouldBe(["a", "b"]);
        events[1].Metadata.Actor.ShouldBe("me");
    }

    [Fact]
    public async Task AppendEvents_AtAnotherLength_AreRefused()
    {
        await InvokeAsync<EventsAppended>(AppendEvents.Of(_id, [new KitLoaded("a")]) with { ExpectedLength = 0 });

        await Should.ThrowAsync<WrongExpectedVersionException>(
            () => InvokeAsync<EventsAppended>(AppendEvents.Of(_id, [new KitLoaded("b")]) with { ExpectedLength = 0 }));
        (await application.Ledger.GetRun(_id).GetLengthAsync()).ShouldBe(new Position(1));
    }

    [Fact]
    public async Task ForkRun_DeliveredTwice_ForksOnce()
    {
        await application.Ledger.GetRun(_id).AppendAsync([new KitLoaded("a"), new KitLoaded("b")]);
        var message = new ForkRun(_id, 1, $"{_id}-b") { Name = "what if" };

        var forked = await InvokeAsync<RunForked>(message);
        (await InvokeAsync<RunForked>(message)).ShouldBe(forked);

        forked.ShouldBe(new RunForked($"branch:{_id}-b", $"run:{_id}", 1));
        (await application.Store.GetBranchAsync(StreamName.Branch($"{_id}-b")))!.Name.ShouldBe("what if");
    }

    [Fact]
    public async Task SaveSnapshot_KeepsTheWorld()
    {
        await application.Ledger.GetRun(_id).AppendAsync([new ObjectCreated("a", "Claim", [])]);

        (await InvokeAsync<SnapshotSaved>(new SaveSnapshot(_id))).ShouldBe(new SnapshotSaved($"run:{_id}", 1));
        application.Store.Get<ISnapshotStore>().ShouldNotBeNull();
        (await application.Ledger.GetRun(_id).LoadSnapshotAsync())!.World.Objects.Single().Id.ShouldBe("a");
    }

    [Fact]
    public async Task RunOn_ByTheRunner_ReachesTheApplicationsHandler_WithTheBranch()
    {
        var run = application.Ledger.GetRun(_id);
        await run.AppendAsync([new KitLoaded("a")]);
        var made = await run.ForkWithChangeAsync(Position.Start, JsonElement.Parse("""{"kit":"b"}"""), new ForkOptions { Id = $"{_id}-b" });
        var change = new ChangedEvent(made.EventId, "kit.loaded", made.Position, made.Replaced.Id);
        var continuation = new RunContinuation(Guid.NewGuid(), made.Branch.StreamName, new Position(2)) { Parent = run.StreamName, ForkPosition = Position.Start, Change = change, Actor = "me" };

        var tracked = await application.ExecuteAndWaitAsync(_ => application.Host.Services.GetRequiredService<IRunRunner>().RunOnAsync(continuation));

        tracked.Executed.SingleMessage<ContinueRun>().ShouldBe(new ContinueRun(made.Branch.StreamName.Value, continuation.Id, 2)
        {
            Parent = run.StreamName.Value,
            ForkPosition = 0,
            EventId = change.EventId,
            EventType = "kit.loaded",
            Replaces = change.Replaces,
            Actor = "me",
        });
        ((KitLoaded)(await made.Branch.ReadAllAsync())[^1].Data).Kit.ShouldBe("run on at 2 for me in branch");
    }

    [Fact]
    public async Task RebuildProjection_MakesRowsAnew()
    {
        await application.Ledger.GetRun(_id).AppendAsync([new ObjectCreated("a", "Claim", [])]);
        await application.ExecuteAsync($"delete from ledger.world_object where stream = 'run:{_id}'");
        (await application.Ledger.GetRun(_id).FindObjectAsync("a")).ShouldBeNull();

        (await InvokeAsync<ProjectionRebuilt>(new RebuildProjection("ledger:world"))).Projection.ShouldBe("ledger:world");

        (await application.Ledger.GetRun(_id).FindObjectAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task RebuildProjection_ThatNobodyKnows_IsRefused()
    {
        // As if most of the ten seconds were over.
        await application.ExecuteAsync("""
            create function public.earlier() returns trigger language plpgsql as $$ begin new.requested_at := new.requested_at - interval '9 s'; return new; end $$;
            create trigger tr_earlier before insert on ledger.projection_request for each row execute function public.earlier();
            """);
        try
        {
            await Should.ThrowAsync<RequestFailedException>(() => InvokeAsync<ProjectionRebuilt>(new RebuildProjection("unknown")));
        }
        finally
        {
            await application.ExecuteAsync("drop function public.earlier() cascade");
        }
    }

    protected Task<T> InvokeAsync<T>(object message) => application.Host.MessageBus().InvokeAsync<T>(message);
}

public sealed class MartenMessageTests(MartenApplication application) : LedgerMessageTests(application), IClassFixture<MartenApplication>
{
    [Fact]
    public async Task RebuildProjection_OfMarten_IsDoneByItsDaemon()
    {
        var id = Guid.NewGuid().ToString("N");
        await application.Ledger.GetRun(id).AppendAsync([new ObjectCreated("a", "Claim", [])]);
        await application.ExecuteAsync("delete from documents.mt_doc_board");

        await InvokeAsync<ProjectionRebuilt>(new RebuildProjection("Board"));

        (await application.CountAsync($"select count(*) from documents.mt_doc_board where id = 'run:{id}'")).ShouldBe(1);
    }
}

public sealed class NativeMessageTests(NativeApplication application) : LedgerMessageTests(application), IClassFixture<NativeApplication>;
