namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Whether a rebuild starts from the beginning or continues.</summary>
public enum RebuildMode
{
    /// <summary>With the first event. The data of an interrupted rebuild is discarded.</summary>
    Fresh,

    /// <summary>Where an interrupted one was, if there is one; otherwise with the first event.</summary>
    Resume,
}
