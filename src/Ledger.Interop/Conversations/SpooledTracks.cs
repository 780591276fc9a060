using Ledger.Interop.Reading;

namespace Ledger.Interop.Conversations;

/// <summary>A run and its branches, which are read together: with the run, the events of the branches are kept until each was read.</summary>
/// <param name="read">Returns the events in the order of the recording, each with the number of its track, 0 for the run; called again for each read.</param>
/// <remarks>A branch that is read by itself is read from the recording.</remarks>
internal sealed class SpooledTracks(Func<Extras, IEnumerable<(int Track, NewEvent Event)>> read)
{
    private BranchSpool? _spool;

    /// <summary>The tracks, of which the first is the run.</summary>
    /// <param name="ids">Their ids.</param>
    public IReadOnlyList<Track> Of(IReadOnlyList<string> ids) =>
        [.. ids.Select((id, i) => new Track(id, extras => i == 0 ? ReadRun(extras, ids.Count > 1) : ReadBranch(i, isLast: i == ids.Count - 1)) { IsBranch = i > 0 })];

    private IEnumerable<NewEvent> ReadRun(Extras extras, bool hasBranches)
    {
        _spool?.Dispose();
        var spool = _spool = hasBranches ? new BranchSpool() : null;
        foreach (var (track, item) in read(extras))
        {
            if (track == 0)
            {
                yield return item;
            }
            else
            {
                spool?.Add(track, item);
            }
        }

        spool?.Complete();
    }

    private IEnumerable<NewEvent> ReadBranch(int number, bool isLast)
    {
        var spool = _spool;
        if (spool is not { IsComplete: true })
        {
            foreach (var (track, item) in read(new Extras()))
            {
                if (track == number)
                {
                    yield return item;
                }
            }

            yield break;
        }

        foreach (var item in spool.Read(number))
        {
            yield return item;
        }

        if (isLast)
        {
            spool.Dispose();
        }
    }
}
