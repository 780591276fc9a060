using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Records;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Records;

/// <summary>The call of <c>chrono_append_v1</c> that a store makes again and again on one connection: prepared once, with lists that are filled again.</summary>
/// <remarks>Used for one batch at a time. It has no inline projections after it.</remarks>
internal sealed class PreparedChronoAppend : IDisposable
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Bytes = NpgsqlDbType.Array | NpgsqlDbType.Bytea;
    private const NpgsqlDbType Json = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;

    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<long> _version = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _seq = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<string> _hash = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long> _afterVersion = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<long> _afterSeq = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<string> _afterHash = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly List<Guid> _id = [];
    private readonly List<string> _type = [];
    private readonly List<string> _clrType = [];
    private readonly List<ReadOnlyMemory<byte>> _data = [];
    private readonly List<ReadOnlyMemory<byte>?> _headers = [];
    private readonly List<byte[]> _key = [];
    private readonly List<long> _ordinal = [];
    private readonly List<long> _rowSeq = [];
    private readonly List<string> _rowId = [];
    private readonly List<string> _kind = [];
    private readonly List<string> _status = [];
    private readonly List<double> _confidence = [];
    private readonly List<string> _text = [];
    private readonly List<string?> _spelled = [];
    private readonly List<byte[]> _changeKey = [];
    private readonly List<long> _changeVersion = [];
    private readonly List<bool> _changeApplied = [];

    public PreparedChronoAppend(StreamName stream, PostgresOptions options)
    {
        _command = new NpgsqlCommand(SqlText.Load("chrono_append", options.Schemas)) { CommandTimeout = options.CommandTimeoutSeconds };
        var parameters = _command.Parameters.WithText(stream.Value);
        parameters.AddRange(new NpgsqlParameter[] { _version, _seq, _hash, _afterVersion, _afterSeq, _afterHash });
        parameters
            .With(_id, NpgsqlDbType.Array | NpgsqlDbType.Uuid)
            .With(_type, Texts)
            .With(_clrType, Texts)
            .With(_data, Json)
            .With(_headers, Json)
            .With(_key, Bytes)
            .With(_ordinal, Numbers)
            .With(_rowSeq, Numbers)
            .With(_rowId, Texts)
            .With(_kind, Texts)
            .With(_status, Texts)
            .With(_confidence, NpgsqlDbType.Array | NpgsqlDbType.Double)
            .With(_text, Texts)
            .With(_spelled, Texts)
            .With(_changeKey, Bytes)
            .With(_changeVersion, Numbers)
            .With(_changeApplied, NpgsqlDbType.Array | NpgsqlDbType.Boolean)
            .WithTexts(null);
    }

    /// <summary>Sends a batch, in a transaction of its own, and returns its outcome.</summary>
    public async Task<string> RunAsync(NpgsqlConnection connection, ChronoBatch batch, CancellationToken cancellationToken)
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
        var outcome = reader.GetString(0);

        // The row comes before the commit does. Only the end of the results shows that it succeeded, and disposing would hide a time-out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return outcome;
    }

    public void Dispose() => _command.Dispose();

    private void Fill(ChronoBatch batch)
    {
        Clear();
        _version.TypedValue = batch.Before.StreamVersion;
        (_seq.TypedValue, _hash.TypedValue) = (batch.Before.Seq, batch.Before.Hash);
        (_afterVersion.TypedValue, _afterSeq.TypedValue, _afterHash.TypedValue) = (batch.After.Version, batch.After.Seq, batch.After.Hash);
        var bytes = 0L;
        foreach (var item in batch.Events)
        {
            bytes += item.Json.Length + item.Headers.Length;
            _id.Add(item.Id);
            _type.Add(item.Type);
            _clrType.Add(ChronoParameters.ClrType);
            _data.Add(item.Json);
            _headers.Add(item.Headers.IsEmpty ? default(ReadOnlyMemory<byte>?) : item.Headers);
        }

        AppendRules.CheckSize(bytes);
        foreach (var row in batch.Rows)
        {
            _key.Add(row.Key);
            _ordinal.Add(row.Ordinal);
            _rowSeq.Add(row.Seq);
            _rowId.Add(row.Id);
            _kind.Add(row.Kind);
            _status.Add(row.Status);
            _confidence.Add(row.Confidence);
            _text.Add(row.Record.Text);
            _spelled.Add(row.Record.Spelled);
        }

        foreach (var change in batch.Changes)
        {
            _changeKey.Add(change.Key);
            _changeVersion.Add(change.Version);
            _changeApplied.Add(change.IsApplied);
        }
    }

    private void Clear()
    {
        _id.Clear();
        _type.Clear();
        _clrType.Clear();
        _data.Clear();
        _headers.Clear();
        _key.Clear();
        _ordinal.Clear();
        _rowSeq.Clear();
        _rowId.Clear();
        _kind.Clear();
        _status.Clear();
        _confidence.Clear();
        _text.Clear();
        _spelled.Clear();
        _changeKey.Clear();
        _changeVersion.Clear();
        _changeApplied.Clear();
    }
}
