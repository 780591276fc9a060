using Ledger.Wolverine.Messages;
using Ledger.Wolverine.Sessions;
using Ledger.Wolverine.Tests.Handling;
using Wolverine;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Tests.Http;

public sealed record NewThing(string Id);

public sealed record ThingAnswer(int Before);

public sealed record NewBranch(string Id, long At);

/// <summary>Endpoints that take what handlers take, without attributes.</summary>
public static class LogEndpoints
{
    [WolverinePost("/runs/{run}/things")]
    public static (ThingAnswer, EventsToAppend) AddThing(NewThing thing, World world) =>
        (new ThingAnswer(world.Objects.Count), world.FindObject(thing.Id) is null ? [new ObjectCreated(thing.Id, "Thing")] : []);

    [WolverineGet("/runs/{run}/things")]
    public static IEnumerable<string> ListThings(World run) => run.Objects.Select(o => o.Id);

    [WolverineGet("/runs/{runId}/length")]
    public static async Task<ThingAnswer> LengthAsync(Run run, CancellationToken cancellationToken) =>
        new((int)(await run.GetLengthAsync(cancellationToken)).Value);

    /// <summary>Returns nothing: it works with the handle.</summary>
    [WolverinePost("/runs/{run}/branches")]
    public static async Task ForkAsync(NewBranch branch, Run run, CancellationToken cancellationToken)
    {
        await run.AppendAsync([new KitLoaded("beside the fork")], cancellationToken);
        await run.ForkAsync(new Position(branch.At), new ForkOptions { Id = branch.Id }, cancellationToken);
    }

    /// <summary>The same in a handler.</summary>
    [WolverinePost("/forks/{run}/{branch}/{at}")]
    public static Task InvokeForkAsync(string run, string branch, long at, IMessageBus bus) => bus.InvokeAsync(new ForkRun(run, at, branch));

    [WolverinePost("/tallies/{id}")]
    public static (ThingAnswer, ObjectCreated?) Count(Tally tally) =>
        (new ThingAnswer(tally.Created), tally.Created < 2 ? new ObjectCreated($"t-{tally.Created}", "Thing") : null);

    /// <summary>Is overtaken by another writer.</summary>
    [WolverinePost("/runs/{run}/overtaken")]
    public static async Task<(ThingAnswer, KitLoaded)> BeOvertakenAsync(string run, World world, AgentLedger ledger, CancellationToken cancellationToken)
    {
        await ledger.GetRun(run).AppendAsync([new KitLoaded("first")], cancellationToken);
        return (new ThingAnswer(world.Objects.Count), new KitLoaded("second"));
    }

    /// <summary>Locks the run at once.</summary>
    [WolverinePost("/locked/{id}")]
    public static async Task LockAsync(string id, LedgerSession session, CancellationToken cancellationToken) =>
        (await session.FetchForWritingAsync<World>(id, ModelConcurrencyStyle.Exclusive, cancellationToken: cancellationToken)).AppendOne(new KitLoaded("locked"));

    [WolverinePost("/copies/{from}/{to}")]
    public static async Task CopyAsync(string from, string to, LedgerSession session, CancellationToken cancellationToken)
    {
        foreach (var run in new[] { from, to })
        {
            await (await session.OpenAsync(run, cancellationToken)).AppendAsync([new KitLoaded("copied")], cancellationToken);
        }

        if (from == to)
        {
            throw new InvalidOperationException("A run cannot be copied to itself.");
        }
    }
}

/// <summary>Endpoints on an aggregate of Marten's.</summary>
public static class ShelfEndpoints
{
    [WolverineGet("/shelves/{run}")]
    public static Shelf? Show(Shelf? shelf) => shelf;

    [WolverinePost("/shelves/{run}")]
    public static (ThingAnswer, ObjectCreated) Put(NewThing thing, Shelf? shelf) => (new ThingAnswer(shelf?.Things ?? 0), new ObjectCreated(thing.Id, "Thing"));
}
