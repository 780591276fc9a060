using System.Collections.Concurrent;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>What the calls of runs cost, as far as it is known: adding up reads a whole history, so the answer is kept.</summary>
/// <remarks>Safe for concurrent use. An answer holds until the run has more events.</remarks>
internal sealed class KnownUsages(AgentLedger ledger)
{
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<StreamName, (StreamVersion Version, RunUsage Usage)> _known = [];

    /// <summary>The usage of a stream at a version, if it was added up.</summary>
    public RunUsage? Find(StreamInfo stream) =>
        _known.TryGetValue(stream.Name, out var known) && known.Version == stream.Version ? known.Usage : null;

    /// <summary>The usage of a stream, added up if need be.</summary>
    public async Task<RunUsage> GetAsync(StreamInfo stream, CancellationToken cancellationToken)
    {
        if (Find(stream) is { } known)
        {
            return known;
        }

        var run = await ledger.OpenAsync(stream.Name, cancellationToken).ConfigureAwait(false);
        var usage = await run.GetUsageAsync(cancellationToken).ConfigureAwait(false);
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        _known[stream.Name] = (stream.Version, usage);
        return usage;
    }
}
