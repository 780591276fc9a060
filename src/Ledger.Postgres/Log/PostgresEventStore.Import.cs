using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log.Importing;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    /// <inheritdoc/>
    /// <remarks>
    /// The events go by COPY, with the inline projections, in transactions of at most 10,000 events and about 16 MB. Sequence numbers
    /// follow the order of the import. What fails because the server was away is written again for as long as
    /// <see cref="PostgresOptions.RetryFor"/> says.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The store works on a transaction or a connection of the caller.</exception>
    public Task<ImportProgress> ImportAsync(
        IAsyncEnumerable<StreamEvent> events,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var lanes = _lanes ?? throw new InvalidOperationException(
            "An import commits as it goes, and cannot be part of a transaction of the caller. Call it on the store itself.");
        AmbientScope.CheckAlone(_options, "The import");
        var import = new EventImport(_connections.Pool, _statements, _options, _timeProvider);
        return lanes.CountAsync(() => Promptly.RunAsync(
            token => import.RunAsync(events, lanes.Announce, progress, token), _timeProvider, cancellationToken));
    }
}
