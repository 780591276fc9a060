using Ledger.Log;
using Ledger.Wolverine.Messages;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Wolverine;
using Wolverine.Persistence.Durability.DeadLetterManagement;
using Wolverine.Runtime;
using Wolverine.Tracking;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>Handlers that are given a world, a run or an aggregate and return events, on each engine.</summary>
public abstract class HandlerTests(WolverineApplication application)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    private Heard Heard => application.Host.Services.GetRequiredService<Heard>();

    [Fact]
    public async Task World_EventsAreAppended_AndMessagesFollow()
    {
        var tracked = await application.InvokeAndWaitAsync(new ProposeClaim(_id, "claim-1"));
        await application.InvokeAndWaitAsync(new ProposeClaim(_id, "claim-1"));
        await application.InvokeAndWaitAsync(new RefuteClaim(_id, "claim-1"));
        await application.InvokeAndWaitAsync(new RefuteClaim(_id, "unknown"));

        var events = await application.Ledger.GetRun(_id).ReadAllAsync();
        events.Select(e => e.Type).ShouldBe(["object.created", "object.patched"]);
        events[0].CorrelationId.ShouldBe($"run:{_id}");
        tracked.Executed.SingleMessage<ClaimProposed>().ShouldBe(new ClaimProposed(_id, "claim-1"));
        Heard.Messages.OfType<ClaimRefused>().ShouldContain(new ClaimRefused(_id, "claim-1"));
        (await InvokeAsync<ClaimCount>(new CountClaims(_id))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Aggregate_OfTheContainer_IsGiven()
    {
        var stream = new StreamName($"things:{_id}");
        for (var i = 0; i < 3; i++)
        {
            await InvokeAsync(new AddToTally(stream, 2));
        }

        (await application.Store.ReadForwardAsync(stream).Select(e => ((ObjectCreated)e.Data).Id).ToListAsync()).ShouldBe(["o-0", "o-1"]);
    }

    [Fact]
    public async Task EventStream_IsAppendedTo()
    {
        await InvokeAsync(new AddTwice(_id));

        (await application.Ledger.GetRun(_id).ReadAllAsync()).Select(e => ((ObjectCreated)e.Data).Id).ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task Run_ReturnedEventIsAppended()
    {
        await InvokeAsync(new TakeStep(_id, "a"));
        await InvokeAsync(new TakeStep(_id, "b"));

        (await KitsAsync(_id)).ShouldBe(["a-0", "b-1"]);
    }

    [Fact]
    public async Task Run_OfAHandlerThatReturnsNothing_AppendsAndForksInItsTransaction()
    {
        await InvokeAsync(new TakeStep(_id, "a"));
        await InvokeAsync(new TryOut(_id, $"{_id}-b"));

        (await KitsAsync(_id)).ShouldBe(["a-0", "behind the fork"]);
        await InvokeAsync(new TakeStep($"branch:{_id}-b", "on the branch"));
        var branch = await application.Ledger.OpenAsync(StreamName.Branch($"{_id}-b"));
        (await branch.ReadAllAsync()).Select(e => e.Type).ShouldBe(["kit.loaded", "branch.created", "kit.loaded"]);
    }

    [Fact]
    public async Task Branch_ThatDoesNotExist_IsAnError() =>
        (await Should.ThrowAsync<StreamNotFoundException>(() => InvokeAsync(new ProposeClaim($"branch:{_id}", "c")))).Message.ShouldContain(_id);

    [Fact]
    public async Task Conflict_IsRetriedOnWhatIsThereThen()
    {
        await InvokeAsync(new Interfere(_id, 1));

        (await KitsAsync(_id)).ShouldBe(["interference", "decided at 1"]);
    }

    [Fact]
    public async Task Failure_BehindAnAppend_LeavesNeitherEventNorMessage()
    {
        await Should.ThrowAsync<NotSupportedException>(() => InvokeAsync(new FailAfter(_id)));

        (await application.Store.GetStreamAsync(StreamName.Run(_id))).ShouldBeNull();
        Heard.Messages.OfType<ClaimProposed>().ShouldNotContain(m => m.RunId == _id);
    }

    [Fact]
    public async Task Session_WritesSeveralStreams()
    {
        await InvokeAsync(new CopyTo(_id, $"{_id}-other"));

        (await KitsAsync(_id)).ShouldBe(["from"]);
        (await KitsAsync($"{_id}-other")).ShouldBe(["to"]);
    }

    [Fact]
    public async Task Messages_SixteenAtOnceForOneRun_WriteEachEventOnceAndInOrder()
    {
        await application.ExecuteAndWaitAsync(
            _ => Task.WhenAll(Enumerable.Range(0, 16).Select(n => PublishAsync(new ProposeClaim(_id, $"claim-{n}")))));

        var events = await application.Ledger.GetRun(_id).ReadAllAsync();
        events.Select(e => ((ObjectCreated)e.Data).Id).Order().ShouldBe(Enumerable.Range(0, 16).Select(n => $"claim-{n}").Order());
        events.Select(e => ((ObjectCreated)e.Data).Data.GetProperty("number").GetInt32()).ShouldBe(Enumerable.Range(0, 16));
        Heard.Messages.OfType<ClaimProposed>().Count(m => m.RunId == _id).ShouldBe(16);
        (await application.IsDrainedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task DeadLetter_HasWrittenNothing_AndIsHandledOnceWhenItIsReplayed()
    {
        using (DeliveryHandler.Obstruct(_id))
        {
            await SendAsync(new Stumble(_id));
            await SendAsync(AppendEvents.Of(_id, [new KitLoaded("stale")]) with { ExpectedLength = 7 });
        }

        (await application.Store.GetStreamAsync(StreamName.Run(_id))).ShouldBeNull();
        (await application.CountAsync(DeadLetters(typeof(Stumble), typeof(InvalidDataException)))).ShouldBe(1);
        (await application.CountAsync(DeadLetters(typeof(AppendEvents), typeof(WrongExpectedVersionException)))).ShouldBe(1);

        var letters = application.Host.Services.GetRequiredService<IWolverineRuntime>().Storage.DeadLetters;
        await letters.ReplayAsync(new DeadLetterEnvelopeQuery { ExceptionType = typeof(InvalidDataException).FullName }, default);
        await WaitAsync(async () => await application.Store.GetStreamAsync(StreamName.Run(_id)) is not null);

        (await KitsAsync(_id)).ShouldBe(["over it"]);
        (await application.CountAsync(DeadLetters(typeof(Stumble), typeof(InvalidDataException)))).ShouldBe(0);
        await letters.DiscardAsync(new DeadLetterEnvelopeQuery { ExceptionType = typeof(WrongExpectedVersionException).FullName }, default);
    }

    [Fact]
    public async Task Deduplicated_SentTwice_AppendsOnce_AndAFailureDoesNotCount()
    {
        using (DeliveryHandler.Obstruct(_id))
        {
            await SendAsync(new DoOnce(_id, $"{_id}/1"));
        }

        (await application.Store.GetStreamAsync(StreamName.Run(_id))).ShouldBeNull();
        await SendAsync(new DoOnce(_id, $"{_id}/1"));
        await SendAsync(new DoOnce(_id, $"{_id}/1"));
        await SendAsync(new DoOnce(_id, $"{_id}/2"));

        (await KitsAsync(_id)).ShouldBe([$"{_id}/1", $"{_id}/2"]);
        await application.Host.Services.GetRequiredService<IWolverineRuntime>().Storage.DeadLetters
            .DiscardAsync(new DeadLetterEnvelopeQuery { MessageType = typeof(DoOnce).FullName }, default);
    }

    private static string DeadLetters(Type message, Type exception) =>
        $"select count(*) from wolverine.wolverine_dead_letters where message_type = '{message.FullName}' and exception_type = '{exception.FullName}'";

    private static async Task WaitAsync(Func<Task<bool>> isDone)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isDone())
        {
            await pace.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>Sends a message, and waits until it is handled or given up.</summary>
    private Task<ITrackedSession> SendAsync(object message) =>
        application.Host.TrackActivity().Timeout(TimeSpan.FromMinutes(2)).DoNotAssertOnExceptionsDetected().SendMessageAndWaitAsync(message);

    protected Task InvokeAsync(object message) => application.Host.MessageBus().InvokeAsync(message);

    protected async Task<List<string>> KitsAsync(string run) =>
        await application.Ledger.GetRun(run).ReadAsync().Select(e => ((KitLoaded)e.Data).Kit!).ToListAsync();

    protected Task<T> InvokeAsync<T>(object message) => application.Host.MessageBus().InvokeAsync<T>(message);

    private Task PublishAsync(object message) => application.Host.MessageBus().PublishAsync(message).AsTask();
}
