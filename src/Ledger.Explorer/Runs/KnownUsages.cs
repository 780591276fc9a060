using System.Collections.Concurrent;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Runs;

/// <summary>Caches what the calls of runs cost, because adding up reads a whole history.</summary>
/// <remarks>
/// Safe for concurrent use. An entry is valid until the run gets more events. The runs asked for last stay open, so that a page that follows one
/// adds up only what is new.
/// </remarks>
internal sealed class KnownUsages(AgentLedger ledger)
{
    private const int MostKept = 10_000;
    private const int MostOpen = 20;

    private readonly ConcurrentDictionary<StreamName, (StreamVersion Version, RunUsage Usage)> _known = [];
    private readonly Lock _gate = new();
    private readonly LinkedList<Run> _open = [];

    /// <summary>The cached usage of a stream at a version, or null.</summary>
    public RunUsage? Find(StreamInfo stream) =>
        _known.TryGetValue(stream.Name, out var known) && known.Version == stream.Version ? known.Usage : null;

    /// <summary>Whether only the new events of a stream would be read.</summary>
    public bool IsOpen(StreamName stream)
    {
        lock (_gate)
        {
            return _open.Any(run => run.StreamName == stream);
        }
    }

    /// <summary>The usage of a stream, added up if it is not cached.</summary>
    public async Task<RunUsage> GetAsync(StreamInfo stream, CancellationToken cancellationToken)
    {
        if (Find(stream) is { } known)
        {
            return known;
        }

        var run = await OpenAsync(stream.Name, cancellationToken).ConfigureAwait(false);
        var usage = await run.GetUsageAsync(cancellationToken).ConfigureAwait(false);
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        _known[stream.Name] = (stream.Version, usage);
        return usage;
    }

    private async Task<Run> OpenAsync(StreamName stream, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_open.FirstOrDefault(run => run.StreamName == stream) is { } open)
            {
                _open.Remove(open);
                _open.AddFirst(open);
                return open;
            }
        }

        var opened = await ledger.OpenAsync(stream, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _open.AddFirst(opened);
            if (_open.Count > MostOpen)
            {
                _open.RemoveLast();
            }
        }

        return opened;
    }
}
