namespace Ledger.Records;

/// <summary>An engine that keeps record stores: their events in its log, and rows of the present records beside it.</summary>
internal interface IChronoLog
{
    /// <summary>Opens a store; nothing is read or written yet.</summary>
    IChronoSession OpenChrono(StreamName stream);
}
