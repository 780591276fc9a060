using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <summary>Decides what policies ask to remove.</summary>
internal sealed class RetentionPlanner(RetentionSql sql)
{
    private const int StreamsAtOnce = 500;

    /// <summary>The streams, in the order in which they are removed.</summary>
    public Task<List<RetentionStream>> ChooseAsync(NpgsqlConnection connection, string policies, CancellationToken cancellationToken) => sql.ScanAsync(
        connection,
        "retention_candidates",
        p => p.With(policies, NpgsqlDbType.Jsonb).With(LogRetention.MostStreams, NpgsqlDbType.Integer),
        r => new RetentionStream(
            new StreamName(r.GetString(0)),
            r.GetString(1),
            r.GetInt64(2),
            r.GetInt64(3),
            r.IsDBNull(4) ? RetentionState.Planned : RetentionState.Left,
            r.IsDBNull(4) ? null : ReasonOf(r.GetString(4)),
            0),
        cancellationToken);

    /// <summary>The same streams with what would be removed of each.</summary>
    public async Task<IReadOnlyList<RetentionStream>> MeasureAsync(
        NpgsqlConnection connection, IReadOnlyList<RetentionStream> streams, CancellationToken cancellationToken)
    {
        var measured = new List<RetentionStream>(streams.Count);
        foreach (var chunk in streams.Chunk(StreamsAtOnce))
        {
            var sizes = await sql.ListAsync(
                connection,
                "retention_sizes",
                p => p.WithTexts([.. chunk.Select(s => s.Stream.Value)])
                    .With(chunk.Select(s => s.State is RetentionState.Left ? long.MaxValue : s.Kept).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint),
                r => (Events: r.GetInt64(0), Bytes: r.GetInt64(1), Rows: r.GetInt64(2)),
                cancellationToken).ConfigureAwait(false);
            measured.AddRange(chunk.Zip(sizes, (stream, size) => stream.State is RetentionState.Left
                ? stream
                : stream with { Events = size.Events, Bytes = size.Bytes, DerivedRows = size.Rows }));
        }

        return measured;
    }

    public static RetentionReason ReasonOf(string text) => Enum.Parse<RetentionReason>(text, ignoreCase: true);
}
