using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Records;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Records;

/// <summary>A batch of a record store as the parameters of its functions.</summary>
internal static class ChronoParameters
{
    /// <summary>The registry's name for an event whose type is not registered.</summary>
    public const string ClrType = "Ledger.Events.UntypedEvent, Ledger";
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Bytes = NpgsqlDbType.Array | NpgsqlDbType.Bytea;
    private const NpgsqlDbType Json = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;

    /// <summary>The parameters of <c>chrono_append_v1</c>.</summary>
    public static void AddAppend(NpgsqlParameterCollection parameters, string stream, ChronoBatch batch, string[]? projections)
    {
        var events = batch.Events;
        AppendRules.CheckSize(events.Sum(e => (long)e.Json.Length + e.Headers.Length));
        parameters
            .WithText(stream)
            .With(batch.Before.StreamVersion, NpgsqlDbType.Bigint);
        AddPlaces(parameters, batch);
        parameters
            .With(events.ConvertAll(e => e.Id), NpgsqlDbType.Array | NpgsqlDbType.Uuid)
            .With(events.ConvertAll(e => e.Type), Texts)
            .With(events.ConvertAll(_ => ClrType), Texts)
            .With(events.ConvertAll(e => e.Json), Json)
            .With(events.ConvertAll(e => e.Headers.IsEmpty ? default(ReadOnlyMemory<byte>?) : e.Headers), Json);
        AddRows(parameters, batch);
        parameters.WithTexts(projections);
    }

    /// <summary>The parameters of <c>chrono_rows_v1</c>.</summary>
    public static void AddWrite(NpgsqlParameterCollection parameters, string stream, ChronoBatch batch)
    {
        parameters.WithText(stream);
        AddPlaces(parameters, batch);
        AddRows(parameters, batch);
    }

    /// <summary>The parameters of <c>chrono_records_v1</c>.</summary>
    public static NpgsqlCommand WithPage(this NpgsqlCommand command, StreamName stream, long after, int count, RowFilter filter) => command
        .WithText(stream.Value)
        .With(after, NpgsqlDbType.Bigint)
        .With(count, NpgsqlDbType.Integer)
        .WithText(filter.Kind)
        .WithText(filter.Status)
        .With(filter.LeastConfidence, NpgsqlDbType.Double);

    private static void AddPlaces(NpgsqlParameterCollection parameters, ChronoBatch batch) => parameters
        .With(batch.Before.Seq, NpgsqlDbType.Bigint)
        .WithText(batch.Before.Hash)
        .With(batch.After.Version, NpgsqlDbType.Bigint)
        .With(batch.After.Seq, NpgsqlDbType.Bigint)
        .WithText(batch.After.Hash);

    private static void AddRows(NpgsqlParameterCollection parameters, ChronoBatch batch)
    {
        List<ChronoRow> rows = [.. batch.Rows];
        parameters
            .With(rows.ConvertAll(r => r.Key), Bytes)
            .With(rows.ConvertAll(r => r.Ordinal), Numbers)
            .With(rows.ConvertAll(r => r.Seq), Numbers)
            .With(rows.ConvertAll(r => r.Id), Texts)
            .With(rows.ConvertAll(r => r.Kind), Texts)
            .With(rows.ConvertAll(r => r.Status), Texts)
            .With(rows.ConvertAll(r => r.Confidence), NpgsqlDbType.Array | NpgsqlDbType.Double)
            .With(rows.ConvertAll(r => r.Record.Text), Texts)
            .With(rows.ConvertAll(r => r.Record.Spelled), Texts)
            .With(batch.Changes.ConvertAll(c => c.Key), Bytes)
            .With(batch.Changes.ConvertAll(c => c.Version), Numbers)
            .With(batch.Changes.ConvertAll(c => c.IsApplied), NpgsqlDbType.Array | NpgsqlDbType.Boolean);
    }
}
