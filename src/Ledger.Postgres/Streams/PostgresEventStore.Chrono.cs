using Ledger.Chrono.Storing;
using Ledger.Postgres.Chrono;
using Ledger.Streams;

namespace Ledger.Postgres.Streams;

public sealed partial class PostgresEventStore : IChronoLog
{
    IChronoSession IChronoLog.OpenChrono(StreamName stream) => _lanes is null
        ? throw new ArgumentException("A record store needs a pool. Open it on the store itself, not on a connection or transaction.", nameof(stream))
        : new PostgresChronoSession(stream, _connections, _options, _statements, _timeProvider, _lanes.Announce);
}
