using JasperFx.Events.Projections;
using Ledger.Postgres.Projections.Rebuilding;

namespace Ledger.Marten.Projections;

/// <summary>Passes on how far Marten's daemon is with a rebuild, in sequence numbers.</summary>
/// <param name="projection">The projection.</param>
/// <param name="progress">Receives it.</param>
/// <param name="end">The last number of the log.</param>
internal sealed class RebuildObserver(MartenProjection projection, IProgress<RebuildProgress> progress, Func<long> end) : IObserver<ShardState>
{
    public void OnNext(ShardState value)
    {
        if (projection.Shards.Contains(value.ShardName))
        {
            progress.Report(new RebuildProgress(value.Sequence, Math.Max(value.Sequence, end())));
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
