namespace Ledger.Testing;

/// <summary>How a throw-away server survives a crash of the machine.</summary>
public enum TestDurability
{
    /// <summary>It does not: <c>fsync</c>, <c>synchronous_commit</c> and <c>full_page_writes</c> are off, which is fast.</summary>
    None,

    /// <summary>PostgreSQL's default: committed data is on disk.</summary>
    Full,
}
