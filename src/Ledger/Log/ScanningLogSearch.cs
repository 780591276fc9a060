using Ledger.Json;

namespace Ledger.Log;

/// <summary>Searches by reading, on a store that cannot search by itself.</summary>
internal sealed class ScanningLogSearch(IEventStore store) : ILogSearch
{
    public async Task<StreamPage> FindStreamsAsync(StreamQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        var found = new List<StreamInfo>();
        await foreach (var stream in store.ListStreamsAsync(query.Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (IsWanted(query, stream))
            {
                found.Add(stream);
            }
        }

        var page = Sorted(query.Order, found).Skip(query.Skip).Take(query.Limit + 1).ToList();
        var parents = new Dictionary<StreamName, StreamName>();
        await foreach (var branch in store.ListBranchesAsync(null, cancellationToken).ConfigureAwait(false))
        {
            parents.Add(branch.Stream, branch.Parent);
        }

        var branches = new Dictionary<StreamName, long>();
        foreach (var branch in parents.Keys)
        {
            for (var at = branch; parents.TryGetValue(at, out var above); at = above)
            {
                branches[above] = branches.GetValueOrDefault(above) + 1;
            }
        }

        return new StreamPage(
            [.. page.Take(query.Limit).Select(s => new StreamSummary(s, branches.GetValueOrDefault(s.Name)))],
            page.Count > query.Limit);
    }

    public async Task<BranchPage> FindBranchesAsync(BranchQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        var last = query.After is { } after
            ? await store.GetBranchAsync(after, cancellationToken).ConfigureAwait(false) ?? throw new StreamNotFoundException(after)
            : null;
        var branches = new List<BranchInfo>();
        await foreach (var branch in store.ListBranchesAsync(query.Root, cancellationToken).ConfigureAwait(false))
        {
            branches.Add(branch);
        }

        var direction = query.Order == BranchOrder.NewestFirst ? -1 : 1;
        branches.Sort((one, other) => direction * Compare(one, other));
        BranchInfo[] rest = [.. branches.Where(branch => last is null || direction * Compare(branch, last) > 0).Take(query.Limit + 1)];
        return rest.Length > query.Limit ? new BranchPage(rest[..query.Limit], rest[query.Limit - 1].Stream) : new BranchPage(rest, null);

        static int Compare(BranchInfo one, BranchInfo other) => one.CreatedAt.CompareTo(other.CreatedAt) is not 0 and var times
            ? times
            : CodePointComparer.Instance.Compare(one.Stream.Value, other.Stream.Value);
    }

    public async Task<IReadOnlyList<StreamInfo>> GetStreamsAsync(
        IReadOnlyCollection<StreamName> streams,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        var found = new List<StreamInfo>();
        foreach (var name in streams.Distinct())
        {
            if (await store.GetStreamAsync(name, cancellationToken).ConfigureAwait(false) is { } stream)
            {
                found.Add(stream);
            }
        }

        return found;
    }

    public async Task<EventPage> FindEventsAsync(
        History history,
        EventQuery query,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(query);
        var match = new EventMatch(query.Checked());
        var found = new List<RecordedEvent>();
        var next = query.From.Value;
        var reach = Math.Min(query.To?.Value ?? long.MaxValue, next + query.Reach);
        var events = store.ReadHistoryAsync(history, query.From, new Position(Math.Max(reach, next)), cancellationToken);
        await foreach (var recorded in events.ConfigureAwait(false))
        {
            next++;
            if (match.IsMetBy(recorded))
            {
                found.Add(recorded);
                if (found.Count == query.Limit)
                {
                    return new EventPage(found, new Position(next), IsLast: next >= query.To?.Value);
                }
            }
        }

        return new EventPage(found, new Position(next), IsLast: next < reach || reach >= query.To?.Value);
    }

    // A store that can only be read forward is read up to where the page begins.
    public async Task<LogPage> SearchAsync(LogQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var match = new LogMatch(query.Checked());
        var isOfFew = await IsOfFewAsync(query, match, cancellationToken).ConfigureAwait(false);
        var looked = new Queue<RecordedEvent>();
        var isWhole = true;
        await foreach (var recorded in store.ReadLogAsync(default, cancellationToken).ConfigureAwait(false))
        {
            if (recorded.Sequence >= query.Before)
            {
                break;
            }

            if (!isOfFew || match.IsOf(recorded.Stream))
            {
                looked.Enqueue(recorded);
                if (looked.Count > query.Reach)
                {
                    looked.Dequeue();
                    isWhole = false;
                }
            }
        }

        RecordedEvent[] found = [.. looked.Reverse().Where(recorded => match.IsOf(recorded.Stream) && match.IsMetBy(recorded)).Take(query.Limit + 1)];
        var page = found.Length > query.Limit ? found[..query.Limit] : found;
        SequenceNumber? next = found.Length > query.Limit ? page[^1].Sequence : isWhole ? null : looked.Peek().Sequence;
        return new LogPage(page, next, looked.Count);
    }

    public async Task<EventCounts> CountEventsAsync(
        History history,
        Position from,
        Position to,
        int slices,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        var positions = new CountedPositions(from, to, slices);
        var counts = new Dictionary<(int Slice, string Type, string? Actor), long>();
        var index = 0;
        var position = from.Value;
        await foreach (var recorded in store.ReadHistoryAsync(history, from, to, cancellationToken).ConfigureAwait(false))
        {
            if (index < positions.Length && positions[index] == position)
            {
                var key = (positions.SliceOf(position), recorded.Type, recorded.Metadata.Actor);
                counts[key] = counts.GetValueOrDefault(key) + 1;
                index++;
            }

            position++;
        }

        return new EventCounts(
            [.. counts.Select(c => new EventCount(c.Key.Slice, c.Key.Type, c.Key.Actor, c.Value))], index, positions.IsSampled);
    }

    public Task<Position> FindPositionAsync(History history, DateTimeOffset time, CancellationToken cancellationToken = default) =>
        FindPositionAsync(store.ReadHistoryAsync(history, cancellationToken: cancellationToken), time);

    /// <summary>Counts the events of a history, in order, up to a time.</summary>
    public static async Task<Position> FindPositionAsync(IAsyncEnumerable<RecordedEvent> events, DateTimeOffset time)
    {
        var count = 0L;
        await foreach (var recorded in events.ConfigureAwait(false))
        {
            if (recorded.Timestamp > time)
            {
                break;
            }

            count++;
        }

        return new Position(count);
    }

    private async Task<bool> IsOfFewAsync(LogQuery query, LogMatch match, CancellationToken cancellationToken)
    {
        if (!query.IsOfSomeStreams)
        {
            return false;
        }

        var (streams, events) = (0, 0L);
        await foreach (var stream in store.ListStreamsAsync(query.Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (match.IsOf(stream.Name) && (++streams > LogQuery.FewStreams || (events += stream.Version.Value) > query.Reach))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWanted(StreamQuery query, StreamInfo stream) =>
        (query.State is null || stream.State == query.State)
        && (query.ActiveSince is null || stream.UpdatedAt >= query.ActiveSince)
        && (query.ActiveUntil is null || stream.UpdatedAt < query.ActiveUntil)
        && (query.After is null || CodePointComparer.Instance.Compare(stream.Name.Value, query.After) > 0)
        && (query.Text is null || AsciiCase.Lower(stream.Name.Value).Contains(AsciiCase.Lower(query.Text), StringComparison.Ordinal));

    private static IEnumerable<StreamInfo> Sorted(StreamOrder order, IEnumerable<StreamInfo> streams)
    {
        var byName = streams.OrderBy(s => s.Name.Value, CodePointComparer.Instance);
        return order switch
        {
            StreamOrder.LatestFirst => byName.OrderByDescending(s => s.UpdatedAt),
            StreamOrder.LongestFirst => byName.OrderByDescending(s => s.Version.Value),
            _ => byName,
        };
    }
}
