using Ledger.Postgres.Projections;
using Ledger.Postgres.Streams;
using Ledger.Streams;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Appending;

/// <summary>The call of <c>append_v1</c>, or of <c>append_one_v1</c> for a single request to one stream, and of the inline projections behind
/// it, in one transaction.</summary>
/// <remarks>Used for one batch at a time, and again for the next, so that a lane does not allocate its arrays anew.</remarks>
internal sealed class AppendCommand : IDisposable
{
    private readonly AppendStatements _statements;
    private readonly int _timeoutSeconds;
    private readonly NpgsqlCommand _many;
    private readonly NpgsqlCommand _one;
    private readonly NpgsqlParameter<string> _oneStream = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long?> _oneExpected = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly Dictionary<StreamName, int> _streamIndexes = [];
    private readonly List<string> _streams = [];
    private readonly List<int> _partRequest = [];
    private readonly List<int> _partStream = [];
    private readonly List<long?> _partExpected = [];
    private readonly List<int> _partCount = [];
    private readonly List<int> _eventPart = [];
    private readonly List<string> _eventStream = [];
    private readonly List<Guid> _eventId = [];
    private readonly List<string> _eventType = [];
    private readonly List<string> _eventClrType = [];
    private readonly List<ReadOnlyMemory<byte>> _eventData = [];
    private readonly List<ReadOnlyMemory<byte>?> _eventHeaders = [];
    private readonly List<string?> _eventCorrelation = [];
    private readonly List<string?> _eventCausation = [];

    /// <summary>Makes the call.</summary>
    /// <param name="statements">What is sent.</param>
    /// <param name="connection">Where its connections come from; null for a caller's.</param>
    /// <param name="timeoutSeconds">How long it may take; 0 for ever.</param>
    public AppendCommand(AppendStatements statements, LaneConnection? connection, int timeoutSeconds)
    {
        Connection = connection;
        _statements = statements;
        _timeoutSeconds = timeoutSeconds;
        _many = new NpgsqlCommand(statements.Append) { CommandTimeout = timeoutSeconds };
        _many.Parameters
            .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(_partRequest, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_partStream, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_partExpected, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(_partCount, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_eventPart, NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .With(_eventStream, NpgsqlDbType.Array | NpgsqlDbType.Text);
        AddEventParameters(_many.Parameters);
        _one = new NpgsqlCommand(statements.AppendOne) { CommandTimeout = timeoutSeconds, Parameters = { _oneStream, _oneExpected } };
        AddEventParameters(_one.Parameters);
    }

    /// <summary>Whether the last execution came to sending; before it, nothing can have been written.</summary>
    public bool WasSent { get; set; }

    /// <summary>Where its connections come from; null when it is sent on a caller's.</summary>
    public LaneConnection? Connection { get; }

    /// <summary>Whether the statement, not the connecting, ran out of time: mostly, because somebody else keeps a stream locked.</summary>
    public bool TookTooLong(NpgsqlException fault) => WasSent && fault.InnerException is TimeoutException;

    /// <summary>Sends the requests, and answers each in its place.</summary>
    public async Task<AppendAnswer[]> ExecuteAsync(
        IReadOnlyList<AppendRequest> requests,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        Clear();
        for (var i = 0; i < requests.Count; i++)
        {
            Add(requests[i], i + 1);
        }

        var command = _many;
        if (requests is [{ Parts: [var part] }])
        {
            command = _one;
            _oneStream.TypedValue = part.Stream.Value;
            _oneExpected.TypedValue = part.Expected.Version?.Value;
        }

        var projections = _statements.Projections.For(_streams);
        ((NpgsqlParameter<string[]?>)command.Parameters[^1]).TypedValue = projections.Keys;
        return projections.Keys is null
            ? await ExecuteAsync(command, requests, connection, transaction, cancellationToken).ConfigureAwait(false)
            : await ProjectAsync(command, projections, requests, connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Connection?.Dispose();
        _many.Dispose();
        _one.Dispose();
    }

    private static async Task<AppendAnswer[]> ExecuteAsync(
        NpgsqlCommand command,
        IReadOnlyList<AppendRequest> requests,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        command.Connection = connection;
        command.Transaction = transaction;
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAnswersAsync(reader, requests, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AppendAnswer[]> ProjectAsync(
        NpgsqlCommand command,
        InlineProjections projections,
        IReadOnlyList<AppendRequest> requests,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken)
    {
        var append = new NpgsqlBatchCommand(command.CommandText);
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            append.Parameters.Add(parameter.Clone());
        }

        return await projections.ExecuteAsync(
            append,
            reader => ReadRowsAsync(reader, requests, cancellationToken),
            connection,
            transaction,
            _timeoutSeconds,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<AppendAnswer[]> ReadAnswersAsync(
        NpgsqlDataReader reader,
        IReadOnlyList<AppendRequest> requests,
        CancellationToken cancellationToken)
    {
        await using var _ = reader.ConfigureAwait(false);
        var answers = await ReadRowsAsync(reader, requests, cancellationToken).ConfigureAwait(false);

        // The rows come before the commit does. Only the end of the results says that it succeeded, and disposing would hide that
        // it timed out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return answers;
    }

    private static async Task<AppendAnswer[]> ReadRowsAsync(
        NpgsqlDataReader reader,
        IReadOnlyList<AppendRequest> requests,
        CancellationToken cancellationToken)
    {
        var answers = new AppendAnswer[requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = await ReadAnswerAsync(reader, requests[i], cancellationToken).ConfigureAwait(false);
        }

        return answers;
    }

    private static async Task<AppendAnswer> ReadAnswerAsync(
        NpgsqlDataReader reader,
        AppendRequest request,
        CancellationToken cancellationToken)
    {
        var results = new AppendResult[request.Parts.Count];
        Exception? refusal = null;
        for (var i = 0; i < results.Length; i++)
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new InvalidOperationException("append_v1 answered fewer parts than it was asked.");
            }

            var part = request.Parts[i];
            var outcome = reader.GetString(0);
            results[i] = new AppendResult(
                part.Stream,
                new StreamVersion(reader.GetInt64(1)),
                new SequenceNumber(reader.GetInt64(2)),
                outcome == "already_written" ? AppendOutcome.AlreadyWritten : AppendOutcome.Written);
            refusal ??= outcome switch
            {
                "wrong_version" => new WrongExpectedVersionException(part.Stream, part.Expected, results[i].Version),
                "archived" => new StreamArchivedException(part.Stream),
                "id_in_use" => new EventIdInUseException(part.Stream, reader.GetGuid(3), new StreamName(reader.GetString(4))),
                _ => null,
            };
        }

        return new AppendAnswer(results, refusal);
    }

    private void Add(AppendRequest request, int number)
    {
        foreach (var (stream, expected, events) in request.Parts)
        {
            _partRequest.Add(number);
            _partStream.Add(IndexOf(stream));
            _partExpected.Add(expected.Version?.Value);
            _partCount.Add(events.Length);
            foreach (var item in events)
            {
                var serialized = item.Serialized;
                _eventPart.Add(_partCount.Count);
                _eventStream.Add(stream.Value);
                _eventId.Add(item.Id);
                _eventType.Add(serialized.Type);
                _eventClrType.Add(serialized.ClrType);
                _eventData.Add(serialized.Json);
                _eventHeaders.Add(serialized.Headers.IsEmpty ? default(ReadOnlyMemory<byte>?) : serialized.Headers);
                _eventCorrelation.Add(item.Event.CorrelationId);
                _eventCausation.Add(item.CausationId);
            }
        }
    }

    private int IndexOf(StreamName stream)
    {
        if (!_streamIndexes.TryGetValue(stream, out var index))
        {
            _streams.Add(stream.Value);
            _streamIndexes.Add(stream, index = _streams.Count);
        }

        return index;
    }

    // The last one is set for each batch.
    private void AddEventParameters(NpgsqlParameterCollection parameters) => parameters
        .With(_eventId, NpgsqlDbType.Array | NpgsqlDbType.Uuid)
        .With(_eventType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventClrType, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventData, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_eventHeaders, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
        .With(_eventCorrelation, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(_eventCausation, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With<string[]?>(null, NpgsqlDbType.Array | NpgsqlDbType.Text);

    private void Clear()
    {
        _streamIndexes.Clear();
        _streams.Clear();
        _partRequest.Clear();
        _partStream.Clear();
        _partExpected.Clear();
        _partCount.Clear();
        _eventPart.Clear();
        _eventStream.Clear();
        _eventId.Clear();
        _eventType.Clear();
        _eventClrType.Clear();
        _eventData.Clear();
        _eventHeaders.Clear();
        _eventCorrelation.Clear();
        _eventCausation.Clear();
    }
}
