using System.Runtime.CompilerServices;
using Ledger.Postgres.Log;
using Ledger.Records;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Records;

/// <content>Reading, in pages.</content>
internal sealed partial class PostgresChronoSession
{
    private const int FirstPage = 250;
    private const int LargestPage = 2_000;
    private const int VerifiedPage = 5_000;

    public async Task<ChronoPlace> GetPlaceAsync(CancellationToken cancellationToken)
    {
        var places = await QueryAsync(c => Command(c, "chrono_place").WithText(Stream.Value), r => r.ReadPlace(), cancellationToken)
            .ConfigureAwait(false);
        return places[0];
    }

    public async Task<(ChronoPlace Place, ChronoRow? Row)> FindRowAsync(byte[] key, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            c => Command(c, "chrono_find_row").WithText(Stream.Value).With(key, NpgsqlDbType.Bytea),
            r => (r.ReadPlace(), r.ReadRow(5)),
            cancellationToken).ConfigureAwait(false);
        return found[0];
    }

    public async IAsyncEnumerable<ChronoRow> ReadRowsAsync(
        RowFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, size, count) = (long.MinValue, FirstPage, FirstPage);
        while (count == size)
        {
            size = after == long.MinValue ? FirstPage : LargestPage;
            var page = await QueryAsync(
                c => Command(c, "chrono_read_rows").WithPage(Stream, after, size, filter), r => r.ReadRow()!, cancellationToken)
                .ConfigureAwait(false);
            foreach (var row in page)
            {
                yield return row;
                after = row.Ordinal;
            }

            count = page.Count;
        }
    }

    public async Task<long> CountActiveAsync(CancellationToken cancellationToken)
    {
        var counted = await QueryAsync(
            c => Command(c, "chrono_count_active").WithText(Stream.Value), r => r.GetInt64(0), cancellationToken).ConfigureAwait(false);
        return counted[0];
    }

    public async IAsyncEnumerable<RecordedEvent> ReadEventsAsync(
        long from,
        long to,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = FirstPage;
        while (from <= to)
        {
            var (first, most) = (from, size);
            var page = await QueryAsync(
                c => Command(c, "chrono_events").WithText(Stream.Value)
                    .With(first, NpgsqlDbType.Bigint).With(to, NpgsqlDbType.Bigint).With(most, NpgsqlDbType.Integer),
                r => r.ReadEvent(Stream, _options.Registry),
                cancellationToken).ConfigureAwait(false);
            foreach (var recorded in page)
            {
                yield return recorded;
            }

            from = page.Count < most ? long.MaxValue : page[^1].Version.Value + 1;
            size = LargestPage;
            if (from == long.MaxValue)
            {
                yield break;
            }
        }
    }

    public async IAsyncEnumerable<(RecordedEvent Event, bool IsApplied)> ReadHistoryAsync(
        byte[] key,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, count) = (0L, FirstPage);
        while (count == FirstPage)
        {
            var page = await QueryAsync(
                c => Command(c, "chrono_history").WithText(Stream.Value)
                    .With(key, NpgsqlDbType.Bytea).With(after, NpgsqlDbType.Bigint).With(FirstPage, NpgsqlDbType.Integer),
                r => (Event: r.ReadEvent(Stream, _options.Registry), r.GetBoolean(7)),
                cancellationToken).ConfigureAwait(false);
            foreach (var change in page)
            {
                yield return change;
                after = change.Event.Version.Value;
            }

            count = page.Count;
        }
    }

    // Everything is wanted, in any order: one pass, with any plan.
    public async IAsyncEnumerable<RecordChange> ReadChangesAsync(
        long to,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = Command(connection, "chrono_changes").WithText(Stream.Value).With(to, NpgsqlDbType.Bigint);
        await using var __ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return new RecordChange(reader.GetFieldValue<byte[]>(0), reader.GetInt64(1), reader.GetBoolean(2));
        }
    }

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        await QueryAsync(
            c => Command(c, "chrono_find_events").WithText(Stream.Value).With<Guid[]>([.. ids], NpgsqlDbType.Array | NpgsqlDbType.Uuid),
            r => r.ReadEvent(Stream, _options.Registry),
            cancellationToken).ConfigureAwait(false);

    public async Task VerifyAsync(long from, long to, ChainVerifier verifier, CancellationToken cancellationToken)
    {
        var place = await GetPlaceAsync(cancellationToken).ConfigureAwait(false);
        await _connections.UseAsync(
            async (lease, token) =>
            {
                for (var first = from; first <= to;)
                {
                    var isArchived = first <= place.ArchivedTo;
                    var last = Math.Min(Math.Min(to, first + VerifiedPage - 1), isArchived ? place.ArchivedTo : long.MaxValue);
                    var command = Command(lease.Connection, isArchived ? "chrono_archived_texts" : "chrono_texts").WithText(Stream.Value)
                        .With(first, NpgsqlDbType.Bigint).With(last, NpgsqlDbType.Bigint);
                    if (!await VerifyPageAsync(command, verifier, token).ConfigureAwait(false))
                    {
                        return;
                    }

                    first = last + 1;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<long?> FindErasedAsync(long after, CancellationToken cancellationToken) => (await QueryAsync<long?>(
        c => Command(c, "chrono_find_erased").WithText(Stream.Value).With(after, NpgsqlDbType.Bigint),
        r => r.IsDBNull(0) ? null : r.GetInt64(0),
        cancellationToken).ConfigureAwait(false))[0];

    private static async Task<bool> VerifyPageAsync(NpgsqlCommand command, ChainVerifier verifier, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            Guid? erasedBy = await reader.IsDBNullAsync(3, cancellationToken).ConfigureAwait(false) ? null : reader.GetGuid(3);
            if (!verifier.Add(reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2), erasedBy))
            {
                return false;
            }
        }

        return true;
    }

    private Task<List<T>> QueryAsync<T>(
        Func<NpgsqlConnection, NpgsqlCommand> create,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken) => _connections.UseAsync<List<T>>(
            (lease, token) => create(lease.Connection).ReadAllAsync(read, token), cancellationToken);
}
