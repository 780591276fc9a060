using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.ClaudeCode;

/// <summary>The run of a session and its branches, which are read together: with the run, the events of the branches are kept until each was read.</summary>
/// <remarks>A branch that is read by itself is read from the session.</remarks>
internal sealed class ClaudeCodeTracks(RecordingSource source, string id)
{
    private BranchSpool? _spool;

    /// <summary>The tracks, the run first.</summary>
    public IReadOnlyList<Track> Of(IReadOnlyList<ClaudeCodeBranch> branches) =>
        [.. branches.Select((branch, i) => new Track(branch.Id, extras => i == 0 ? ReadRun(extras, branches.Count > 1) : ReadBranch(i, isLast: i == branches.Count - 1)) { IsBranch = i > 0 })];

    private IEnumerable<NewEvent> ReadRun(Extras extras, bool hasBranches)
    {
        _spool?.Dispose();
        var spool = _spool = hasBranches ? new BranchSpool() : null;
        foreach (var (branch, item) in new ClaudeCodeSession(source, id).Read(extras, (_, _) => { }))
        {
            if (branch == 0)
            {
                yield return item;
            }
            else
            {
                spool?.Add(branch, item);
            }
        }

        spool?.Complete();
    }

    private IEnumerable<NewEvent> ReadBranch(int number, bool isLast)
    {
        var spool = _spool;
        if (spool is not { IsComplete: true })
        {
            foreach (var (branch, item) in new ClaudeCodeSession(source, id).Read(new Extras(), (_, _) => { }))
            {
                if (branch == number)
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
