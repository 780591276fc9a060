using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>What an <see cref="EventProjection"/> does with an event, whatever its type.</summary>
internal delegate Task ApplyEvent(RecordedEvent recorded, NpgsqlConnection connection, CancellationToken cancellationToken);
