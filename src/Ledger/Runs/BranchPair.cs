using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Two histories of one family, one of which takes over from the other.</summary>
internal sealed class BranchPair(Run target, Run source)
{
    /// <summary>Both as they are now, the source after some of its events if told so.</summary>
    /// <exception cref="PositionOutOfRangeException">The source's history is shorter.</exception>
    /// <exception cref="StreamNotFoundException">The source is a branch that was deleted since it was opened, or that retention is removing.</exception>
    public async Task<(MergeState Ours, MergeState Theirs)> LookAsync(Position? wanted, CancellationToken cancellationToken)
    {
        var streams = await LogSearch.Of(target.Store).GetStreamsAsync([target.StreamName, source.StreamName], cancellationToken).ConfigureAwait(false);
        if (source.History.Lineage.Count > 0 && streams.All(s => s.Name != source.StreamName))
        {
            throw new StreamNotFoundException(source.StreamName);
        }

        var length = LengthOf(source);
        var at = wanted ?? length;
        return at > length
            ? throw new PositionOutOfRangeException(source.StreamName, at, length)
            : (new MergeState(target.History, LengthOf(target)), new MergeState(source.History, at));

        Position LengthOf(Run run) => run.History.LengthAt(
            streams.FirstOrDefault(s => s.Name == run.StreamName)?.Version ?? StreamVersion.Empty);
    }

    /// <summary>Refuses states of which the log does not have all events any more. After everything was read: what retention began to remove meanwhile may have been read in part.</summary>
    /// <exception cref="BrokenHistoryException">One of them is not whole.</exception>
    public async Task CheckWholeAsync(IEnumerable<MergeState> states, CancellationToken cancellationToken)
    {
        var parts = states.Where(state => state.History is not null)
            .SelectMany(state => state.Segments().Select(part => (History: state.History!.Stream, part.Stream, part.Upto))).ToList();
        var streams = (await LogSearch.Of(target.Store).GetStreamsAsync([.. parts.Select(part => part.Stream).Distinct()], cancellationToken).ConfigureAwait(false))
            .ToDictionary(stream => stream.Name, stream => stream.Version.Value);
        foreach (var (history, stream, upto) in parts)
        {
            var length = streams.GetValueOrDefault(stream);
            if (length < upto)
            {
                throw new BrokenHistoryException(history, stream, new StreamVersion(length + 1));
            }
        }
    }

    /// <summary>Looks, and writes what follows; if the target grew meanwhile, it starts again.</summary>
    /// <param name="expected">The length that the target must have; null for any.</param>
    /// <param name="look">Decides what is written.</param>
    /// <param name="lengthOf">The length that was decided on.</param>
    /// <param name="write">Writes at this length.</param>
    /// <exception cref="WrongExpectedVersionException">The target has another length than it must have.</exception>
    public async Task<TResult> WriteAsync<TPlan, TResult>(
        Position? expected,
        Func<Task<TPlan>> look,
        Func<TPlan, Position> lengthOf,
        Func<TPlan, Task<TResult>> write)
    {
        Position? before = null;
        while (true)
        {
            var plan = await look().ConfigureAwait(false);
            var length = lengthOf(plan);
            if (expected is { } wanted && wanted != length)
            {
                throw new WrongExpectedVersionException(
                    target.StreamName, ExpectedVersion.Exactly(target.VersionAt(wanted)), target.VersionAt(length));
            }

            try
            {
                return await write(plan).ConfigureAwait(false);
            }
            catch (Exception conflict) when (conflict is WrongExpectedVersionException or EventIdInUseException
                && expected is null && before != length)
            {
                // A transaction or session sees no more than when it began: with the same length again, the conflict is the answer.
                before = length;
            }
        }
    }
}
