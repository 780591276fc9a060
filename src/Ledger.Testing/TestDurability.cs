namespace Ledger.Testing;

/// <summary>What a throw-away server promises about a crash of the machine.</summary>
public enum TestDurability
{
    /// <summary>Nothing: <c>fsync</c>, <c>synchronous_commit</c> and <c>full_page_writes</c> are off, which is fast.</summary>
    None,

    /// <summary>What PostgreSQL promises by default: what is committed is on the disk.</summary>
    Full,
}
