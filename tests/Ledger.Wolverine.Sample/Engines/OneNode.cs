using Ledger.Wolverine.Sample.Steps;
using Wolverine;

namespace Ledger.Wolverine.Sample.Engines;

/// <summary>What both engines of the sample have.</summary>
internal static class OneNode
{
    /// <summary>No other node is waited for at the start, and sixteen steps are taken at once.</summary>
    public static void UseOneNode(this WolverineOptions options)
    {
        options.Durability.Mode = DurabilityMode.Solo;
        options.LocalQueueFor<TakeStep>().MaximumParallelMessages(16);
    }
}
