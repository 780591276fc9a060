namespace Ledger.Records;

/// <summary>An engine that supports record stores: events in its log, and rows with the current records.</summary>
/// <remarks>A capability of an engine. Its writes do not go through <see cref="Log.IEventStore.AppendAsync"/>.</remarks>
internal interface IChronoLog
{
    /// <summary>Opens a store without reading or writing anything.</summary>
    IChronoSession OpenChrono(StreamName stream);
}
