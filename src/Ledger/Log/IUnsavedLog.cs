namespace Ledger.Log;

/// <summary>A log whose appends are written later, with what else its session saves: a capability, see <see cref="IEventStore.Get{T}"/>.</summary>
internal interface IUnsavedLog
{
    /// <summary>Does something once, after the next save has succeeded.</summary>
    /// <param name="stream">Whom it concerns; what was to be done for the same stream before is replaced.</param>
    /// <param name="what">What is done; the save waits for it, and it must not throw.</param>
    void DoAfterSave(StreamName stream, Func<CancellationToken, Task> what);
}
