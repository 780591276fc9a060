using Ledger.Log;
using Ledger.Records;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Records;

/// <summary>The call of <c>chrono_append_event_v2</c>, which a store makes for a batch of one event that writes one record: prepared once on a connection.</summary>
/// <remarks>Used for one batch at a time. It has no inline projections after it.</remarks>
internal sealed class PreparedChronoEvent : IDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<long> _version = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _seq = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<string> _hash = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long> _afterSeq = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<string> _afterHash = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<Guid> _id = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
    private readonly NpgsqlParameter<string> _type = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<string> _clrType = new() { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = ChronoParameters.ClrType };
    private readonly NpgsqlParameter<ReadOnlyMemory<byte>> _data = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<ReadOnlyMemory<byte>?> _headers = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<byte[]> _key = new() { NpgsqlDbType = NpgsqlDbType.Bytea };
    private readonly NpgsqlParameter<string> _rowId = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<string> _kind = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<string> _status = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<double> _confidence = new() { NpgsqlDbType = NpgsqlDbType.Double };
    private readonly NpgsqlParameter<string> _text = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<string?> _spelled = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<bool> _new = new() { NpgsqlDbType = NpgsqlDbType.Boolean };

    public PreparedChronoEvent(StreamName stream, PostgresOptions options)
    {
        _command = new NpgsqlCommand(SqlText.Load("chrono_append_event", options.Schemas)) { CommandTimeout = options.CommandTimeoutSeconds };
        _command.Parameters.Add(new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = stream.Value });
        _command.Parameters.AddRange(new NpgsqlParameter[]
        {
            _version, _seq, _hash, _afterSeq, _afterHash, _id, _type, _clrType, _data, _headers, _key, _rowId, _kind, _status, _confidence, _text, _spelled, _new,
        });
    }

    /// <summary>Whether the function can write a batch: one event after those before, which sets one record.</summary>
    public static bool Takes(ChronoBatch batch) =>
        batch is { Before: { Seq: > 0, Version: >= 0 }, Events.Count: 1, Changes: [{ IsApplied: true } change], Rows: [var row] }
        && batch.After.Version == batch.Before.StreamVersion + 1
        && change.Version == batch.After.Version
        && row.Ordinal == batch.After.Version
        && row.Seq == batch.After.Seq
        && row.Key.AsSpan().SequenceEqual(change.Key);

    /// <summary>Sends a batch, in a transaction of its own, and returns whether it was written; if not, nothing was.</summary>
    public async Task<bool> RunAsync(NpgsqlConnection connection, ChronoBatch batch, CancellationToken cancellationToken)
    {
        Fill(batch);
        _command.Connection = connection;
        if (!_command.IsPrepared)
        {
            await _command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }

        var reader = await _command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var isWritten = reader.GetBoolean(0);

        // The row comes before the commit does. Only the end of the results shows that it succeeded, and disposing would hide a time-out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return isWritten;
    }

    public void Dispose() => _command.Dispose();

    private void Fill(ChronoBatch batch)
    {
        var item = batch.Events[0];
        var row = batch.Rows[0];
        AppendRules.CheckSize((long)item.Json.Length + item.Headers.Length);
        _version.TypedValue = batch.Before.StreamVersion;
        (_seq.TypedValue, _hash.TypedValue) = (batch.Before.Seq, batch.Before.Hash);
        (_afterSeq.TypedValue, _afterHash.TypedValue) = (batch.After.Seq, batch.After.Hash);
        (_id.TypedValue, _type.TypedValue, _data.TypedValue) = (item.Id, item.Type, item.Json);
        _headers.TypedValue = item.Headers.IsEmpty ? default(ReadOnlyMemory<byte>?) : item.Headers;
        (_key.TypedValue, _rowId.TypedValue) = (row.Key, row.Id);
        (_kind.TypedValue, _status.TypedValue, _confidence.TypedValue) = (row.Kind, row.Status, row.Confidence);
        (_text.TypedValue, _spelled.TypedValue) = (row.Record.Text, row.Record.Spelled);
        _new.TypedValue = batch.AreNew;
    }
}
