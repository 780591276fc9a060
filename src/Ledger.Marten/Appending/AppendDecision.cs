using Ledger.Log;

namespace Ledger.Marten.Appending;

/// <summary>Decides about a request, by the rules of <see cref="IEventStore.AppendAsync"/> and the state of the locked streams.</summary>
internal static class AppendDecision
{
    /// <summary>The answer to a request that was already written, or null if it must be written now.</summary>
    /// <exception cref="EventIdInUseException">The log has some of the ids, one in another stream, or one with another type or other JSON.</exception>
    /// <exception cref="StreamArchivedException">A stream is archived.</exception>
    /// <exception cref="WrongExpectedVersionException">A stream is not as expected.</exception>
    public static IReadOnlyList<AppendResult>? Make(AppendRequest request, StreamLocks locks)
    {
        if (IsRepeated(request, locks))
        {
            return [.. request.Parts.Select(part => AnswerAgain(part, locks))];
        }

        foreach (var part in request.Parts)
        {
            if (locks[part.Stream].IsArchived)
            {
                throw new StreamArchivedException(part.Stream);
            }
        }

        foreach (var part in request.Parts)
        {
            var actual = new StreamVersion(locks[part.Stream].Version);
            if (!part.Expected.IsMetBy(actual))
            {
                throw new WrongExpectedVersionException(part.Stream, part.Expected, actual);
            }
        }

        return null;
    }

    private static bool IsRepeated(AppendRequest request, StreamLocks locks)
    {
        EventIdInUseException? inUse = null;
        EventIdInUseException? other = null;
        var isNew = false;
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                if (locks.Find(item.Id) is not { } found)
                {
                    isNew = true;
                    continue;
                }

                var isElsewhere = found.Stream != part.Stream.Value;
                inUse ??= AppendRequest.InUse(
                    part,
                    item.Id,
                    new StreamName(found.Stream),
                    isElsewhere ? EventIdConflict.OtherStream : EventIdConflict.PartOfAppend);
                isNew |= isElsewhere;
                if (other is null && !item.IsSame(found.Type, found.Json))
                {
                    other = AppendRequest.InUse(part, item.Id, new StreamName(found.Stream), EventIdConflict.OtherContent);
                }
            }
        }

        return inUse is null || (!isNew && other is null) ? inUse is not null
            : isNew ? throw inUse
            : throw other!;
    }

    private static AppendResult AnswerAgain(AppendRequest.Part part, StreamLocks locks)
    {
        if (part.Events.Length == 0)
        {
            return new AppendResult(
                part.Stream, new StreamVersion(locks[part.Stream].Version), SequenceNumber.Start, AppendOutcome.AlreadyWritten);
        }

        var last = part.Events.Select(item => locks.Find(item.Id)!).MaxBy(found => found.Version)!;
        return new AppendResult(
            part.Stream, new StreamVersion(last.Version), new SequenceNumber(last.Sequence), AppendOutcome.AlreadyWritten);
    }
}
