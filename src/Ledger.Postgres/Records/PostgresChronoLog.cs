using Ledger.Postgres.Log;
using Ledger.Records;

namespace Ledger.Postgres.Records;

/// <summary>Opens record stores on a pool.</summary>
internal sealed class PostgresChronoLog(StoreContext context) : IChronoLog
{
    public IChronoSession OpenChrono(StreamName stream) => context.Lanes is null
        ? throw new ArgumentException("A record store needs a pool. Open it on the store itself, not on a connection or transaction.", nameof(stream))
        : new PostgresChronoSession(
            stream, context.Connections, context.Options, context.Statements, context.TimeProvider, context.Lanes.Announce);
}
