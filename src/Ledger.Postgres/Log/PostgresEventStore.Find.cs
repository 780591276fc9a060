using Ledger.Postgres.Log;
using NpgsqlTypes;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        cancellationToken.ThrowIfCancellationRequested();
        var wanted = ids.Distinct().ToArray();
        if (wanted.Length == 0)
        {
            return [];
        }

        return await _connections.UseAsync<IReadOnlyList<RecordedEvent>>(
            async (lease, cancellationToken) =>
            {
                var command = Command(lease, "find_events").With(wanted, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var row = new EventRow(Registry);
                var found = new List<RecordedEvent>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    found.Add(row.Read(reader, new StreamName(reader.GetString(0)), position: null));
                }

                found.Sort((left, right) => left.Sequence.Value.CompareTo(right.Sequence.Value));
                return found;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
