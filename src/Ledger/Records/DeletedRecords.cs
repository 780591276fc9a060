namespace Ledger.Records;

/// <summary>How a migration treats an id of the files that was deleted in the store.</summary>
public enum DeletedRecords
{
    /// <summary>It stays deleted.</summary>
    Keep,

    /// <summary>It is written again, as the reference does.</summary>
    Revive,
}
