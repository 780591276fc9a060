namespace Ledger.Postgres.Log.Importing;

/// <summary>A stream that an import has locked, as it grows in the transaction.</summary>
internal sealed class ImportedStream(StreamName name)
{
    public StreamName Name => name;

    /// <summary>The version that it had.</summary>
    public long Before { get; private set; }

    /// <summary>The version including the imported events.</summary>
    public long Version { get; private set; }

    public DateTime Time { get; private set; }

    public bool IsArchived { get; private set; }

    /// <summary>Sets the state from the locked row.</summary>
    public void Set(long version, DateTime time, bool isArchived)
    {
        (Before, Version) = (version, version);
        (Time, IsArchived) = (time, isArchived);
    }

    /// <summary>The version of the next event, at a time that is not before that of the last.</summary>
    public long Grow(DateTime moment)
    {
        Time = moment > Time ? moment : Time;
        return ++Version;
    }
}
