namespace Ledger.Records;

/// <summary>What a migration does with an id that was deleted in the store and stands in the files.</summary>
public enum DeletedRecords
{
    /// <summary>It stays deleted.</summary>
    Keep,

    /// <summary>It is written again, as the reference does.</summary>
    Revive,
}
