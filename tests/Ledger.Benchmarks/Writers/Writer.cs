namespace Ledger.Benchmarks.Writers;

/// <summary>One of several that write at the same time.</summary>
internal abstract class Writer : IAsyncDisposable
{
    /// <summary>How many events a call writes.</summary>
    public virtual int EventsPerCall => 1;

    /// <summary>Connects and creates what must be there; not measured.</summary>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Writes, and returns when what was written is on the disk.</summary>
    /// <param name="number">The number of the first event; it rises with each call.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public abstract Task WriteAsync(long number, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
