using Ledger.Marten.Chrono;
using Ledger.Records;

namespace Ledger.Marten.Streams;

/// <content>Record stores are kept by the native engine, on the same tables.</content>
public sealed partial class MartenEventStore : IChronoLog
{
    IChronoSession IChronoLog.OpenChrono(StreamName stream) =>
        new MartenChronoSession(((IChronoLog)_native).OpenChrono(stream), EnsureSchemaAsync);
}
