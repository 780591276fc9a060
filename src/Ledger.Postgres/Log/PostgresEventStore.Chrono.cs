using Ledger.Postgres.Records;
using Ledger.Records;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore : IChronoLog
{
    IChronoSession IChronoLog.OpenChrono(StreamName stream) => _lanes is null
        ? throw new ArgumentException("A record store needs a pool. Open it on the store itself, not on a connection or transaction.", nameof(stream))
        : new PostgresChronoSession(stream, _connections, _options, _statements, _timeProvider, _lanes.Announce);
}
