using System.Runtime.InteropServices;
using Ledger.Log;
using Ledger.Postgres.Tasks;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The answers to the requests of one batch, read from the row of a function that appends.</summary>
internal sealed class AppendAnswers
{
    private readonly List<AppendAnswer> _answers = [];

    /// <summary>An answer for each request, in its place.</summary>
    public IReadOnlyList<AppendAnswer> All => _answers;

    /// <summary>Reads the present row, in the place of the batch before.</summary>
    /// <param name="reader">At the row.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="isOfPart">Whether it answers one request of one part; otherwise it is a row of arrays.</param>
    public void Read(NpgsqlDataReader reader, IReadOnlyList<AppendRequest> requests, bool isOfPart)
    {
        _answers.Clear();
        if (isOfPart)
        {
            var part = requests[0].Parts[0];
            var outcome = reader.IsDBNull(0) ? null : reader.GetString(0);
            var result = ResultOf(part, outcome, reader.GetInt64(1), reader.GetInt64(2));
            var refusal = RefusalOf(
                part, outcome, result, reader.IsDBNull(3) ? null : reader.GetGuid(3), TextAt(reader, 4), TextAt(reader, 5));
            _answers.Add(new AppendAnswer([result], refusal));
            return;
        }

        ReadMany(reader, requests);
    }

    /// <summary>Takes the answer to one request with one event, which was written, in the place of the batch before.</summary>
    public void ReadNew(in AppendRequest.Part part, long version, long sequence)
    {
        _answers.Clear();
        _answers.Add(new AppendAnswer([ResultOf(part, null, version, sequence)], null));
    }

    /// <summary>Takes the answers to requests with one event each, which were written, in the place of the batch before.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="order">Their places in the order of the answers.</param>
    /// <param name="written">The versions of the events, and after them their sequence numbers.</param>
    public void ReadNew(IReadOnlyList<AppendRequest> requests, IReadOnlyList<(string Stream, int Request)> order, long[] written)
    {
        _answers.Clear();
        CollectionsMarshal.SetCount(_answers, requests.Count);
        for (var i = 0; i < order.Count; i++)
        {
            var request = order[i].Request;
            _answers[request] = new AppendAnswer([ResultOf(requests[request].Parts[0], null, written[i], written[requests.Count + i])], null);
        }
    }

    private void ReadMany(NpgsqlDataReader reader, IReadOnlyList<AppendRequest> requests)
    {
        var outcomes = reader.IsDBNull(0) ? null : reader.GetFieldValue<string[]>(0);
        var versions = reader.GetFieldValue<long[]>(1);
        var sequences = reader.GetFieldValue<long[]>(2);
        var ids = outcomes is null ? null : reader.GetFieldValue<Guid?[]>(3);
        var holders = outcomes is null ? null : reader.GetFieldValue<string?[]>(4);
        var broken = reader.IsDBNull(5) ? null : reader.GetFieldValue<string?[]>(5);
        var p = 0;
        for (var r = 0; r < requests.Count; r++)
        {
            var parts = requests[r].Parts;
            if (outcomes is null && parts.Length == 1)
            {
                _answers.Add(new AppendAnswer([ResultOf(parts[0], null, versions[p], sequences[p])], null));
                p++;
                continue;
            }

            var results = new AppendResult[parts.Length];
            Exception? refusal = null;
            for (var i = 0; i < parts.Length; i++, p++)
            {
                results[i] = ResultOf(parts[i], outcomes?[p], versions[p], sequences[p]);
                refusal ??= RefusalOf(parts[i], outcomes?[p], results[i], ids?[p], holders?[p], broken?[p]);
            }

            _answers.Add(new AppendAnswer(results, refusal));
        }
    }

    private static AppendResult ResultOf(in AppendRequest.Part part, string? outcome, long version, long sequence) => new(
        part.Stream,
        new StreamVersion(version),
        new SequenceNumber(sequence),
        outcome == "already_written" ? AppendOutcome.AlreadyWritten : AppendOutcome.Written);

    // An event that says something else is named with its number; see append_v1.
    private static EventIdConflict ConflictOf(in AppendRequest.Part part, AppendResult result, string holder) =>
        holder != part.Stream.Value ? EventIdConflict.OtherStream
        : result.LastSequence == SequenceNumber.Start ? EventIdConflict.PartOfAppend
        : EventIdConflict.OtherContent;

    private static string? TextAt(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static Exception? RefusalOf(
        in AppendRequest.Part part, string? outcome, AppendResult result, Guid? id, string? holder, string? broken) => outcome switch
    {
        "refused" => broken is null ? null : new TaskRuleException(broken),
        "wrong_version" => new WrongExpectedVersionException(part.Stream, part.Expected, result.Version),
        "archived" => new StreamArchivedException(part.Stream),
        "id_in_use" => AppendRequest.InUse(part, id!.Value, new StreamName(holder!), ConflictOf(part, result, holder!)),
        _ => null,
    };
}
