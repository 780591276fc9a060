using Ledger.Log;

namespace Ledger.Marten.Appending;

/// <summary>A stream while this transaction keeps it locked.</summary>
/// <param name="Version">The version that it has.</param>
/// <param name="IsArchived">Whether it is read-only.</param>
/// <param name="LastTime">The time of its last event.</param>
/// <param name="Now">The server's clock, when the lock was there.</param>
internal readonly record struct LockedStream(long Version, bool IsArchived, DateTimeOffset LastTime, DateTimeOffset Now)
{
    /// <summary>What an append is decided by.</summary>
    public KnownStream Known => new(Version, IsArchived);

    /// <summary>The time of its next event: a clock may go back, within a stream the time does not.</summary>
    public DateTimeOffset NextTime => LastTime > Now ? LastTime : Now;
}
