using System.Collections.Concurrent;
using Wolverine.Attributes;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record Stumble(string RunId);

public sealed record DoOnce(string RunId, [property: DeduplicationIdentity] string Key);

/// <summary>Handles messages that something is in the way of.</summary>
public static class DeliveryHandler
{
    private static readonly ConcurrentDictionary<string, Obstacle> Obstacles = new();

    /// <summary>Has every message about a run fail, until the result is disposed.</summary>
    public static IDisposable Obstruct(string run) => Obstacles.GetOrAdd(run, key => new Obstacle(key));

    public static KitLoaded Handle(Stumble command, World world)
    {
        Check(command.RunId);
        return new KitLoaded("over it");
    }

    [Deduplicated]
    public static KitLoaded Handle(DoOnce command, World world)
    {
        Check(command.RunId);
        return new KitLoaded(command.Key);
    }

    private static void Check(string run)
    {
        if (Obstacles.ContainsKey(run))
        {
            throw new InvalidDataException("There is something in the way.");
        }
    }

    private sealed class Obstacle(string run) : IDisposable
    {
        public void Dispose() => Obstacles.TryRemove(run, out _);
    }
}
