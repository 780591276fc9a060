using System.Collections.Concurrent;
using Ledger.Wolverine.Sessions;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record TakeStep(string RunId, string Step);

public sealed record TryOut(string RunId, string Branch);

public sealed record Interfere(string RunId, int Times);

public sealed record FailAfter(string RunId);

public sealed record CopyTo(string RunId, string Other);

/// <summary>Works with handles on runs.</summary>
public static class RunHandler
{
    private static readonly ConcurrentDictionary<string, int> Interferences = new();

    /// <summary>Returns an event.</summary>
    public static async Task<KitLoaded> HandleAsync(TakeStep command, Run run, CancellationToken cancellationToken) =>
        new($"{command.Step}-{await run.GetLengthAsync(cancellationToken)}");

    /// <summary>Returns nothing, and forks and appends by the handle.</summary>
    public static async Task HandleAsync(TryOut command, Run run, CancellationToken cancellationToken)
    {
        await run.AppendAsync([new KitLoaded("behind the fork")], cancellationToken);
        await run.ForkAsync(new Position(1), new ForkOptions { Id = command.Branch }, cancellationToken);
    }

    /// <summary>Is overtaken by an append of its own, in another transaction, a number of times.</summary>
    public static async Task<KitLoaded> HandleAsync(Interfere command, World world, AgentLedger ledger, CancellationToken cancellationToken)
    {
        if (Interferences.AddOrUpdate(command.RunId, 1, (_, times) => times + 1) <= command.Times)
        {
            await ledger.GetRun(command.RunId).AppendAsync([new KitLoaded("interference")], cancellationToken);
        }

        return new KitLoaded($"decided at {world.Position}");
    }

    /// <summary>Fails after its append.</summary>
    public static async Task<ClaimProposed> HandleAsync(FailAfter command, LedgerSession session, CancellationToken cancellationToken)
    {
        var run = await session.OpenAsync(command.RunId, cancellationToken);
        await run.AppendAsync([new KitLoaded("never")], cancellationToken);
        throw new NotSupportedException("This one does not like what it has done.");
    }

    /// <summary>Writes to two runs.</summary>
    public static async Task HandleAsync(CopyTo command, LedgerSession session, CancellationToken cancellationToken)
    {
        var (from, to) = (await session.OpenAsync(command.RunId, cancellationToken), await session.OpenAsync(command.Other, cancellationToken));
        await from.AppendAsync([new KitLoaded("from")], cancellationToken);
        await to.AppendAsync([new KitLoaded("to")], cancellationToken);
    }
}
