using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Wolverine.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Wolverine;
using Wolverine.Runtime.RemoteInvocation;
using Wolverine.Transports.Tcp;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>Ledger's own messages from a process that has no database, over Wolverine's TCP transport, without a broker.</summary>
public sealed class TcpTests(SampleDatabase database) : IClassFixture<SampleDatabase>
{
    // The first message of a type waits until its handler is compiled.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Messages_OfAnotherProcess_AreHandledOnceAndAnswered()
    {
        var (there, here) = (LoopbackPort.Free(), LoopbackPort.Free());
        using var sample = await SampleProcess.StartListeningAsync(database.ConnectionString, there);
        using var host = CreateSender(there, here);
        await host.StartAsync();
        var bus = host.MessageBus();

        var start = new StartRun("far") { Events = [EventData.Of(new NewEvent(new KitLoaded("first"), new EventMetadata { Actor = "other process" }))] };
        (await bus.InvokeAsync<RunStarted>(start, timeout: Limit)).ShouldBe(new RunStarted("far", 1));
        var append = AppendEvents.Of("far", [new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "É, 1e3" })]);
        var appended = await bus.InvokeAsync<EventsAppended>(append, timeout: Limit);
        (await bus.InvokeAsync<EventsAppended>(append, timeout: Limit)).ShouldSatisfyAllConditions(
            again => again.Length.ShouldBe(2), again => again.EventIds.ShouldBe(appended.EventIds));
        (await bus.InvokeAsync<RunForked>(new ForkRun("far", 1, "near"), timeout: Limit)).ShouldBe(new RunForked("branch:near", "run:far", 1));
        (await bus.InvokeAsync<SnapshotSaved>(new SaveSnapshot("far"), timeout: Limit)).ShouldBe(new SnapshotSaved("run:far", 2));
        (await bus.InvokeAsync<ProjectionRebuilt>(new RebuildProjection("ledger:world"), timeout: Limit)).Projection.ShouldBe("ledger:world");

        // Refused there, told here.
        (await Should.ThrowAsync<WolverineRequestReplyException>(
            () => bus.InvokeAsync<EventsAppended>(AppendEvents.Of("far", [new KitLoaded("late")]) with { ExpectedLength = 1 }, timeout: Limit)))
            .Message.ShouldContain("run:far");

        // Without an answer.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.MessageBus().PublishAsync(AppendEvents.Of("many", [new KitLoaded($"{i}")])).AsTask()));
        await database.WaitAsync("select count(*) = 20 from ledger.mt_events where stream_id = 'run:many'");
        (await database.AskAsync<string>("select headers ->> 'actor' from ledger.mt_events where stream_id = 'run:far' and version = 1")).ShouldBe("other process");
        (await database.AskAsync<string>("select data -> 'data' ->> 'text' from ledger.mt_events where stream_id = 'run:far' and version = 2")).ShouldBe("É, 1e3");
        (await database.AskAsync<long>("select count(*) from ledger.mt_events where stream_id in ('run:far', 'branch:near')")).ShouldBe(3);
    }

    private static IHost CreateSender(int there, int here)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddWolverine(options =>
        {
            options.ApplicationAssembly = typeof(TcpTests).Assembly;
            options.Discovery.DisableConventionalDiscovery();
            options.ListenAtPort(here);
            options.PublishAllMessages().ToPort(there);
        });
        return builder.Build();
    }
}
