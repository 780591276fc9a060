using JasperFx;
using Ledger.Wolverine.Http;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;
using Xunit;

namespace Ledger.Wolverine.Tests.Http;

public sealed class StateParameterStrategyTests(NativeHttpApplication application) : IClassFixture<NativeHttpApplication>
{
    [Theory]
    [InlineData(nameof(Reads.Several), "GET", "EventsToAppend")]
    [InlineData(nameof(Reads.OneAsync), "GET", "KitLoaded")]
    [InlineData(nameof(Reads.Alone), "GET", "EventsToAppend")]
    [InlineData(nameof(Reads.Query), "QUERY", "EventsToAppend")]
    public void Read_ThatReturnsEvents_IsRefused(string method, string verb, string events)
    {
        var fault = Should.Throw<InvalidOperationException>(() => Match(method));

        fault.Message.ShouldEndWith($" answers {verb}, which only reads, but returns events ('{events}'), which would not be appended: let it answer POST, or return no events.");
    }

    [Fact]
    public void Read_OfAnEvent_IsMatched() => Match(nameof(Reads.Resource)).ShouldBeTrue();

    private bool Match(string method)
    {
        var chain = HttpChain.ChainFor(typeof(Reads), method);
        var container = application.Services.GetRequiredService<IServiceContainer>();
        return new StateParameterStrategy().TryMatch(chain, container, typeof(Reads).GetMethod(method)!.GetParameters()[0], out _);
    }

    // Within another class Wolverine does not find them.
    public static class Reads
    {
        [WolverineGet("/reads/{run}/1")]
        public static (ThingAnswer, EventsToAppend) Several(World world) => (new ThingAnswer(world.Objects.Count), []);

        [WolverineGet("/reads/{run}/2")]
        public static Task<(ThingAnswer, KitLoaded)> OneAsync(World world) => Task.FromResult((new ThingAnswer(world.Objects.Count), new KitLoaded("k")));

        [WolverineGet("/reads/{run}/3")]
        public static EventsToAppend Alone(Run run) => [run.Id];

        [WolverineQuery("/reads/{run}/4")]
        public static (ThingAnswer, EventsToAppend) Query(World world) => (new ThingAnswer(world.Objects.Count), []);

        [WolverineGet("/reads/{run}/5")]
        public static KitLoaded Resource(World world) => new($"{world.Objects.Count}");
    }
}
