using System.Collections.Concurrent;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>Caches what the calls of runs cost, because adding up reads a whole history.</summary>
/// <remarks>Safe for concurrent use. An entry is valid until the run gets more events.</remarks>
internal sealed class KnownUsages(AgentLedger ledger)
{
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<StreamName, (StreamVersion Version, RunUsage Usage)> _known = [];

    /// <summary>The cached usage of a stream at a version, or null.</summary>
    public RunUsage? Find(StreamInfo stream) =>
        _known.TryGetValue(stream.Name, out var known) && known.Version == stream.Version ? known.Usage : null;

    /// <summary>The usage of a stream, added up if it is not cached.</summary>
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
