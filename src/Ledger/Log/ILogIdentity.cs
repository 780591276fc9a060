namespace Ledger.Log;

/// <summary>Which log a store has, whatever the handle: a capability, see <see cref="IEventStore.Get{T}"/>.</summary>
internal interface ILogIdentity
{
    /// <summary>Two stores that say the same have the same log.</summary>
    object Log { get; }
}
