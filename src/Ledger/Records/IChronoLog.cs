namespace Ledger.Records;

/// <summary>Keeps record stores: their events in the log of an engine, and rows of the present records beside it.</summary>
/// <remarks>A capability of an engine. Its writes do not go through <see cref="Log.IEventStore.AppendAsync"/>.</remarks>
internal interface IChronoLog
{
    /// <summary>Opens a store; nothing is read or written yet.</summary>
    IChronoSession OpenChrono(StreamName stream);
}
