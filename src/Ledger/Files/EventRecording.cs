using System.Runtime.CompilerServices;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>The events of one run or branch that were recorded elsewhere, ready to import; they can be read more than once.</summary>
/// <remarks>
/// A recording of a branch has one of two forms. The first holds only the branch's own events and begins with <c>branch.created</c>. The second
/// repeats the parent's first events before that: it is recognized by the last <c>branch.created</c> whose <c>fork_position</c> is the number of events
/// before it. Any other <c>branch.created</c> is an ordinary event.
/// </remarks>
public sealed class EventRecording
{
    private readonly Func<IEnumerable<NewEvent>> _read;

    private EventRecording(string id, Func<IEnumerable<NewEvent>> read, Outline outline)
    {
        _read = read;
        Id = id;
        EventCount = outline.Count;
        Branch = outline.Branch;
        CopiedEvents = outline.BranchIndex;
        RepeatedId = outline.RepeatedId;
    }

    /// <summary>The id of the run or branch that the recording becomes.</summary>
    public string Id { get; }

    /// <summary>The number of events.</summary>
    public long EventCount { get; }

    /// <summary>The branch's fork, or null for the recording of a run.</summary>
    public BranchCreated? Branch { get; }

    /// <summary>The number of the parent's events before <c>branch.created</c>.</summary>
    public long CopiedEvents { get; }

    /// <summary>Whether its events may come in parts and in any order, as those of <see cref="InspectUnordered"/>.</summary>
    public bool IsUnordered { get; private init; }

    /// <summary>The first foreign id that occurs both before and after the fork, or null.</summary>
    internal string? RepeatedId { get; }

    /// <summary>Reads a recording once to find out what it is; only a hash of each id is held in memory.</summary>
    /// <param name="name">The name of the recording: its id, unless it is a branch that names its own id.</param>
    /// <param name="read">Returns the events from the first on; called again for each read.</param>
    /// <param name="id">The id to use instead of the recording's own; null to keep it.</param>
    /// <exception cref="ImportRefusedException">Two events of one stream have the same id.</exception>
    public static EventRecording Inspect(string name, Func<IEnumerable<NewEvent>> read, string? id = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(read);
        var outline = new Outline(id ?? name);
        foreach (var item in read())
        {
            outline.Add(item);
        }

        return new EventRecording(id ?? outline.Branch?.BranchId ?? name, read, outline);
    }

    /// <summary>
    /// Reads a recording whose events come in parts and in any order, such as spans of several programs. An import appends those
    /// whose ids the run or branch does not have, wherever it has the others. A branch begins with its <c>branch.created</c>, whose foreign causes say where.
    /// </summary>
    /// <param name="id">The id of the run or branch.</param>
    /// <param name="read">Returns the events from the first on, each with a foreign id; called again for each read.</param>
    /// <exception cref="ImportRefusedException">Two events have the same id.</exception>
    public static EventRecording InspectUnordered(string id, Func<IEnumerable<NewEvent>> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(read);
        var outline = new Outline(id);
        foreach (var item in read())
        {
            outline.Add(item);
        }

        return new EventRecording(id, read, outline) { IsUnordered = true };
    }

    /// <summary>Reads the events in order.</summary>
    public IEnumerable<NewEvent> Read() => _read();

    private sealed class Outline(string id)
    {
        // Those of the stream, and those before its fork: of each id a hash.
        private Dictionary<Guid, long> _ids = [];
        private readonly HashSet<Guid> _idsBefore = [];

        public long Count { get; private set; }

        public BranchCreated? Branch { get; private set; }

        public long BranchIndex { get; private set; }

        public string? RepeatedId { get; private set; }

        public void Add(NewEvent item)
        {
            if (BranchOf(item) is { } branch && (Count == 0 || branch.ForkPosition == Count))
            {
                (Branch, BranchIndex) = (branch, Count);
                _idsBefore.UnionWith(_ids.Keys);
                _ids = [];
            }

            if (item.Metadata.ForeignId is { } foreignId)
            {
                var hash = HashOf(foreignId);
                if (!_ids.TryAdd(hash, Count + 1))
                {
                    throw new ImportRefusedException(
                        id, $"its event {Count + 1} repeats the id '{TextRules.Printable(foreignId)}' of its event {_ids[hash]}. Nothing was written.");
                }

                RepeatedId ??= _idsBefore.Contains(hash) ? foreignId : null;
            }

            Count++;
        }

        // FNV-1a of 128 bits: http://www.isthe.com/chongo/tech/comp/fnv/. It need not be safe against attacks: of two ids with one hash the second is refused.
        private static Guid HashOf(string id)
        {
            var (hash, prime) = (new UInt128(0x6c62272e07bb0142, 0x62b821756295c58d), new UInt128(0x1000000, 0x13b));
            foreach (var unit in id)
            {
                hash = unchecked((hash ^ unit) * prime);
            }

            return Unsafe.BitCast<UInt128, Guid>(hash);
        }

        private static bool IsId(string id) => id.Length > 0 && id == id.Trim();

        private static BranchCreated? BranchOf(NewEvent item)
        {
            if (item.Written is { } written && written.Type != "branch.created")
            {
                return null;
            }

            var data = item.Data is UntypedEvent { Type: "branch.created" } untyped
                ? EventRegistry.Default.Read(untyped.Type, System.Text.Encoding.UTF8.GetBytes(untyped.Data.GetRawText()))
                : item.Data;
            return data is BranchCreated { BranchId: { } id, ParentRunId: { } parent } branch && IsId(id) && IsId(parent) ? branch : null;
        }
    }
}
