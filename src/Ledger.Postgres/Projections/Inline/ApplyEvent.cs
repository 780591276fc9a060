using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>What an <see cref="EventProjection"/> does with an event of any type.</summary>
internal delegate Task ApplyEvent(RecordedEvent recorded, NpgsqlConnection connection, CancellationToken cancellationToken);
