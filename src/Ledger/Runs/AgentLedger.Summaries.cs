using Ledger.Runs;

namespace Ledger;

/// <content>Summaries of runs.</content>
public sealed partial class AgentLedger
{
    /// <summary>Summaries of the runs and branches: their status, titles, costs; in lists and one by one.</summary>
    /// <remarks>Those of the engine, which stores them; on a store without them every call reads the events.</remarks>
    public IRunSummaries Summaries => Store.Get<IRunSummaries>() ?? new FoldingRunSummaries(Store, Options.RunRules, TimeProvider);
}
