namespace Ledger.Postgres.Log.Importing;

/// <summary>When a transaction of an import looks for the ids of its events in the log.</summary>
internal enum IdLookup
{
    /// <summary>Never: they are taken to be new.</summary>
    Never,

    /// <summary>If any of its streams has events: an empty one has none of them.</summary>
    InStreamsWithEvents,

    /// <summary>Always.</summary>
    Always,
}
