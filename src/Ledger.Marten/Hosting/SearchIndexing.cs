namespace Ledger.Marten.Hosting;

/// <summary>When an application keeps the index of the search.</summary>
internal enum SearchIndexing
{
    /// <summary>Where it runs Marten's daemon.</summary>
    WithDaemon,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
