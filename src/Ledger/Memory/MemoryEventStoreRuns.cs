using Ledger.Log;

namespace Ledger;

/// <summary>Creates runs in a separate in-memory log.</summary>
public static class MemoryEventStoreRuns
{
    extension(Run)
    {
        /// <summary>A run in a new in-memory log, for unit tests and exploration; it needs no database.</summary>
        /// <remarks>
        /// The log is gone with the run and its forks.
        /// <code>
        /// var run = Run.InMemory("abc-123");
        /// await run.AppendAsync([new ObjectCreated("claim-1", "Claim", new JsonObject { ["text"] = "Water boils at 100 °C." })]);
        /// var branch = await run.ForkAsync(new Position(1));
        /// </code>
        /// </remarks>
        /// <param name="id">The id without its prefix.</param>
        /// <param name="registry">The event types; null for the built-in ones alone.</param>
        public static Run InMemory(string id, EventRegistry? registry = null) => new AgentLedger(new MemoryEventStore(registry)).GetRun(id);
    }
}
