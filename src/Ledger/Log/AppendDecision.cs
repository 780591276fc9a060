namespace Ledger.Log;

/// <summary>What becomes of a request, by the rules of <see cref="IEventStore.AppendAsync"/>: the one place of these rules in C#.</summary>
/// <remarks>
/// It reads and writes nothing: an engine locks the streams, looks the streams and ids up, asks, and then writes or not. The functions <c>append_*</c>
/// have the same rules in SQL for batches of requests.
/// </remarks>
/// <param name="Refusal">Why nothing may be written, or null.</param>
/// <param name="Outcome">Whether the events are to be written now, or were written before.</param>
/// <param name="Results">The answer for each part, with the version that it ends at; without sequence numbers for what is still to be written.</param>
internal sealed record AppendDecision(Exception? Refusal, AppendOutcome Outcome, IReadOnlyList<AppendResult> Results)
{
    /// <summary>Decides about a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="streamOf">What is known of a stream of the request.</param>
    /// <param name="eventOf">What is known under an id of the request, or null.</param>
    public static AppendDecision Make(AppendRequest request, Func<StreamName, KnownStream> streamOf, Func<Guid, KnownEvent?> eventOf)
    {
        var (isRepeated, inUse) = LookUp(request, eventOf);
        if (inUse is not null)
        {
            return Refused(inUse);
        }

        if (isRepeated)
        {
            return new(null, AppendOutcome.AlreadyWritten, [.. request.Parts.Select(part => AnswerAgain(part, streamOf, eventOf))]);
        }

        foreach (var part in request.Parts)
        {
            if (streamOf(part.Stream).IsArchived)
            {
                return Refused(new StreamArchivedException(part.Stream));
            }
        }

        var results = new List<AppendResult>(request.Parts.Length);
        foreach (var part in request.Parts)
        {
            var actual = new StreamVersion(streamOf(part.Stream).Version);
            if (!part.Expected.IsMetBy(actual))
            {
                return Refused(new WrongExpectedVersionException(part.Stream, part.Expected, actual));
            }

            var end = new StreamVersion(actual.Value + part.Events.Length);
            results.Add(new AppendResult(part.Stream, end, SequenceNumber.Start, AppendOutcome.Written));
        }

        return new(null, AppendOutcome.Written, results);
    }

    /// <summary>The decision, unless it is a refusal.</summary>
    /// <exception cref="EventIdInUseException">The log has some of the ids, one in another stream, or one with another type or other JSON.</exception>
    /// <exception cref="StreamArchivedException">A stream is archived.</exception>
    /// <exception cref="WrongExpectedVersionException">A stream is not as expected.</exception>
    public AppendDecision OrThrow() => Refusal is null ? this : throw Refusal;

    private static AppendDecision Refused(Exception refusal) => new(refusal, default, []);

    /// <summary>Whether the log has all events already; refused when it has some, one in another stream, or one that says something else.</summary>
    private static (bool IsRepeated, EventIdInUseException? Refusal) LookUp(AppendRequest request, Func<Guid, KnownEvent?> eventOf)
    {
        EventIdInUseException? inUse = null;
        EventIdInUseException? other = null;
        var isNew = false;
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                if (eventOf(item.Id) is not { } found)
                {
                    isNew = true;
                    continue;
                }

                var isElsewhere = found.Stream != part.Stream;
                inUse ??= AppendRequest.InUse(
                    part, item.Id, found.Stream, isElsewhere ? EventIdConflict.OtherStream : EventIdConflict.PartOfAppend);
                isNew |= isElsewhere;
                if (other is null && !item.IsSame(found.Type, found.Json))
                {
                    other = AppendRequest.InUse(part, item.Id, found.Stream, EventIdConflict.OtherContent);
                }
            }
        }

        return inUse is null ? (false, null)
            : isNew ? (false, inUse)
            : (other is null, other);
    }

    private static AppendResult AnswerAgain(
        in AppendRequest.Part part, Func<StreamName, KnownStream> streamOf, Func<Guid, KnownEvent?> eventOf)
    {
        if (part.Events.Length == 0)
        {
            var version = new StreamVersion(streamOf(part.Stream).Version);
            return new AppendResult(part.Stream, version, SequenceNumber.Start, AppendOutcome.AlreadyWritten);
        }

        var last = part.Events.Select(item => eventOf(item.Id)!.Value).MaxBy(found => found.Version);
        return new AppendResult(
            part.Stream, new StreamVersion(last.Version), new SequenceNumber(last.Sequence), AppendOutcome.AlreadyWritten);
    }
}
