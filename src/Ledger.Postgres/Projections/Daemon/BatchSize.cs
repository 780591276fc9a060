namespace Ledger.Postgres.Projections.Daemon;

/// <summary>How many events the next batch has: as many as take the time that a batch should take. Used by one shard.</summary>
internal sealed class BatchSize(TimeSpan wanted)
{
    /// <summary>The most events of a page.</summary>
    /// <remarks>A snapshot of the database that lives longer keeps dead rows from being pruned on hot streams.</remarks>
    public const int Largest = 10_000;

    private const int First = 500;
    private const double MostGrowth = 4;

    /// <summary>The most events of the next batch.</summary>
    public int Rows { get; private set; } = First;

    /// <summary>Adapts the size to the outcome of a batch.</summary>
    public void Note(long events, TimeSpan time)
    {
        // One that was not full says nothing about a full one, but that it is not slow.
        if (events < Rows && time < wanted)
        {
            return;
        }

        var fitting = events * Math.Min(wanted / time, MostGrowth);
        Rows = (int)Math.Clamp(fitting, 1, Largest);
        if (Rows < 2 && time < wanted)
        {
            Rows = 2;
        }
    }

    /// <summary>Makes the next batch a tenth as long, because this one failed.</summary>
    public void CutDown() => Rows = Math.Max(1, Rows / 10);
}
