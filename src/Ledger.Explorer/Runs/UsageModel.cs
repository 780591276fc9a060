using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>What the calls of a run cost.</summary>
internal sealed record UsageModel(StreamInfo Stream, RunUsage Usage);
