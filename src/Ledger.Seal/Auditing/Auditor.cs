using System.Globalization;
using Ledger.Postgres.Connecting;
using Ledger.Seal.Entries;
using Ledger.Seal.Trees;
using Npgsql;

namespace Ledger.Seal.Auditing;

/// <summary>Compares every row of the log with the tree, and the tree with its checkpoints.</summary>
/// <remarks>Memory does not grow with the log: pages are compared one by one, and only the first findings wait for others that explain them.</remarks>
internal sealed class Auditor(NpgsqlDataSource dataSource, AuditReader reader, SealAuditOptions options)
{
    // How many findings wait for the end of the log, where a row that moved is told from one that changed.
    private const int MostWaiting = 1_000;

    private readonly AuditTree _tree = new();
    private readonly List<AuditRow> _waiting = [];
    private readonly List<AuditRow> _removed = [];
    private readonly List<AuditRow> _gone = [];
    private long _goneCount;
    private long _leaf;
    private long _events;
    private long _erased;
    private long _compacted;
    private long _findings;

    public async Task<SealAudit> RunAsync(CancellationToken cancellationToken)
    {
        var (size, head) = await UseAsync(reader.ReadHeadAsync, cancellationToken).ConfigureAwait(false);
        var next = ReadAsync(0, 0);
        while (true)
        {
            var page = await next.ConfigureAwait(false);
            var isLast = page.Leaves.Count < AuditReader.Rows;

            // The next page is read while this one is hashed.
            next = isLast ? next : ReadAsync(page.Leaves[^1].Leaf + 1, page.Until);
            await UseAsync((connection, token) => CompareAsync(connection, page, token), cancellationToken).ConfigureAwait(false);
            options.Progress?.Report(_leaf);
            if (isLast)
            {
                break;
            }
        }

        if (_leaf < size)
        {
            Damaged(SealFindingKind.SealDamaged, _leaf, $"The last {Number(size - _leaf)} leaves of the seal are gone.");
        }

        Explain();
        await UseAsync((connection, token) => EndAsync(connection, size, token), cancellationToken).ConfigureAwait(false);
        return new SealAudit(size, _events, _erased, _compacted, _tree.Confirmed, _findings);

        Task<AuditPage> ReadAsync(long leaf, long after) =>
            UseAsync((connection, token) => reader.ReadAsync(connection, leaf, size, after, head, token), cancellationToken);
    }

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        Connections.UseAsync(dataSource, use, cancellationToken);

    private void Damaged(SealFindingKind kind, long? leaf, string message) => Find(kind, leaf, null, null, [], message);

    private async Task<bool> CompareAsync(NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        var leaves = new Dictionary<long, int>(page.Leaves.Count);
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            leaves.TryAdd(page.Leaves[i].Sequence, i);
        }

        var paired = new AuditRow?[page.Leaves.Count];
        var (events, isWhole) = (page.Events, page.IsWhole);
        while (true)
        {
            var inserted = new List<AuditRow>();
            var rows = new List<AuditRow>(events.Count);
            foreach (var columns in events)
            {
                var row = leaves.TryGetValue(columns.Sequence, out var i)
                    ? paired[i] = new AuditRow(columns, page.Leaves[i], page.Hashes[i])
                    : new AuditRow(columns, null, null);
                (row.Leaf is null ? inserted : rows).Add(row);
            }

            Parallel.ForEach(rows, row => row.Compute());
            foreach (var row in inserted)
            {
                Wait(row);
            }

            if (isWhole || events.Count == 0)
            {
                break;
            }

            // Only rows that were inserted make a page longer than its leaves.
            events = await reader.ReadEventsAsync(connection, events[^1].Sequence, page.Until, cancellationToken).ConfigureAwait(false);
            isWhole = events.Count < AuditReader.Rows;
        }

        _tree.Expect(await ReadExpectedAsync(connection, page, cancellationToken).ConfigureAwait(false));
        var compacted = await FindCompactedAsync(connection, page, paired, cancellationToken).ConfigureAwait(false);
        var forks = new List<EventColumns>();
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            Judge(page.Leaves[i], paired[i], page.Hashes[i], compacted, forks);
        }

        await CheckForksAsync(connection, forks, cancellationToken).ConfigureAwait(false);
        await CheckTilesAsync(connection, _tree.TakeFull(), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void Judge(AuditLeaf leaf, AuditRow? row, byte[]? hash, HashSet<long> compacted, List<EventColumns> forks)
    {
        if (leaf.Leaf > _leaf)
        {
            Find(SealFindingKind.SealDamaged, _leaf, null, null, [], $"The seal has no leaf {Number(_leaf)} to {Number(leaf.Leaf - 1)}.");
            for (; _leaf < leaf.Leaf; _leaf++)
            {
                _tree.Add(null, Damaged);
            }
        }

        // Where the event is as its checksums say and the tile is not, the tile was changed.
        var isTileAlone = row is { Changed.Count: 0, Computed: not null } && !row.IsAsSealed;
        _tree.Add(isTileAlone ? row!.Computed! : hash, Damaged);
        _leaf++;
        if (row is null)
        {
            if (compacted.Contains(leaf.Sequence))
            {
                _compacted++;
                return;
            }

            _goneCount++;
            if (_gone.Count < MostWaiting)
            {
                _gone.Add(new AuditRow(null, leaf, hash));
            }

            return;
        }

        EndGone();
        if (row.IsAsSealed)
        {
            _events++;
            _erased += leaf.Salts.Data is null ? 1 : 0;
            if (row.Columns!.IsFork)
            {
                forks.Add(row.Columns);
            }

            return;
        }

        if (row.Computed.AsSpan().SequenceEqual(hash))
        {
            Find(
                SealFindingKind.SealDamaged,
                leaf.Leaf,
                row.Columns,
                leaf.Sequence,
                row.Changed,
                $"The checksums of leaf {Number(leaf.Leaf)} do not fit the event of number {Number(leaf.Sequence)} ({string.Join(", ", row.Changed)}): they were changed, or the event was, with its hash.");
            return;
        }

        if (isTileAlone)
        {
            Find(
                SealFindingKind.SealDamaged,
                leaf.Leaf,
                row.Columns,
                leaf.Sequence,
                [],
                $"The hash of leaf {Number(leaf.Leaf)} in its tile is not as it was; the event of number {Number(leaf.Sequence)} fits its checksums.");
            return;
        }

        Wait(row);
    }

    private void Wait(AuditRow row)
    {
        if (_waiting.Count < MostWaiting)
        {
            _waiting.Add(row);
            return;
        }

        Tell(row);
    }

    // A row that changed or was inserted may be one that was sealed at another place.
    private void Explain()
    {
        List<AuditRow> places = [.. _waiting.Where(w => w.Leaf is not null), .. _removed, .. _gone];
        var moved = new HashSet<AuditRow>();
        foreach (var row in _waiting.OrderBy(w => w.Columns!.Sequence))
        {
            var columns = row.Columns!;
            if (places.FirstOrDefault(place => place != row && place.IsPlaceOf(columns)) is { } from)
            {
                moved.Add(from);
                Find(
                    SealFindingKind.Reordered,
                    from.Leaf!.Leaf,
                    columns,
                    columns.Sequence,
                    ["seq_id"],
                    $"The event {columns.Id} stands at number {Number(columns.Sequence)}, and was sealed at number {Number(from.Leaf.Sequence)}.");
            }
            else
            {
                Tell(row);
            }
        }

        foreach (var row in _removed.Where(row => !moved.Contains(row)))
        {
            Removed(row);
        }

        _goneCount -= _gone.RemoveAll(moved.Contains);
        if (_goneCount > 0)
        {
            var first = _gone.Count > 0 ? _gone[0].Leaf : null;
            Find(
                SealFindingKind.CutOff,
                first?.Leaf,
                null,
                first?.Sequence,
                [],
                $"The last {Number(_goneCount)} sealed events are gone{(first is null ? "" : $", from number {Number(first.Sequence)} on")}: the log was cut off.");
        }
    }

    private void Removed(AuditRow row) => Find(
        SealFindingKind.Removed,
        row.Leaf!.Leaf,
        null,
        row.Leaf.Sequence,
        [],
        $"The event of number {Number(row.Leaf.Sequence)}, leaf {Number(row.Leaf.Leaf)}, is gone.");

    private void Tell(AuditRow row)
    {
        var columns = row.Columns!;
        var place = $"version {Number(columns.Version)} of '{columns.Stream}' at number {Number(columns.Sequence)}";
        if (row.Leaf is null)
        {
            Find(SealFindingKind.Inserted, null, columns, columns.Sequence, [], $"The event {columns.Id}, {place}, was never sealed: it was inserted.");
            return;
        }

        var names = row.Changed.Count == 0 ? "a column that cannot be told" : string.Join(", ", row.Changed);
        var kind = row.Changed is ["version"] ? SealFindingKind.Reordered
            : columns.IsFork && row.Changed.Contains("data") ? SealFindingKind.ForgedFork
            : SealFindingKind.Changed;
        Find(kind, row.Leaf.Leaf, columns, columns.Sequence, row.Changed, $"The event {columns.Id}, {place}, was changed: {names}.");
    }

    // Another row follows those that are gone, so that the log was not cut off there.
    private void EndGone()
    {
        foreach (var row in _gone)
        {
            if (_removed.Count < MostWaiting)
            {
                _removed.Add(row);
            }
            else
            {
                Removed(row);
            }
        }

        if (_goneCount > _gone.Count)
        {
            Find(
                SealFindingKind.Removed,
                _gone[^1].Leaf!.Leaf,
                null,
                _gone[^1].Leaf!.Sequence,
                [],
                $"The {Number(_goneCount - _gone.Count)} sealed events after number {Number(_gone[^1].Leaf!.Sequence)} are gone too.");
        }

        _goneCount = 0;
        _gone.Clear();
    }

    private async Task<HashSet<long>> FindCompactedAsync(
        NpgsqlConnection connection, AuditPage page, AuditRow?[] paired, CancellationToken cancellationToken)
    {
        var gone = page.Leaves.Select((leaf, i) => (leaf, i)).Where(p => paired[p.i] is null).ToDictionary(p => p.leaf.Sequence, p => new AuditRow(null, p.leaf, page.Hashes[p.i]));
        if (gone.Count == 0)
        {
            return [];
        }

        var archived = await reader.ReadCompactedAsync(connection, [.. gone.Keys], cancellationToken).ConfigureAwait(false);
        return [.. archived.Where(a => gone[a.Sequence].IsPlaceOf(a)).Select(a => a.Sequence)];
    }

    private async Task CheckForksAsync(NpgsqlConnection connection, List<EventColumns> forks, CancellationToken cancellationToken)
    {
        var named = forks.Where(f => f.Version == 1).Select(f => (Columns: f, Fork: EventColumns.FindFork(f.Data, f.Type, f.Stream))).Where(f => f.Fork is not null).ToList();
        if (named.Count == 0)
        {
            return;
        }

        var table = await reader.ReadBranchesAsync(connection, [.. named.Select(f => f.Columns.Stream!)], cancellationToken).ConfigureAwait(false);
        foreach (var (columns, fork) in named)
        {
            if (!table.TryGetValue(columns.Stream!, out var row) || row.Position != fork!.Position || !row.Segments.SequenceEqual(fork.Segments))
            {
                Find(
                    SealFindingKind.ForgedFork,
                    null,
                    columns,
                    columns.Sequence,
                    [],
                    $"The table of branches has another prefix for '{columns.Stream}' than its sealed first event, or none.");
            }
        }
    }

    /// <summary>The checkpoints of the page's sizes: those of the table, and those that were kept.</summary>
    private async Task<List<ExpectedRoot>> ReadExpectedAsync(NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        var until = page.Leaves.Count == 0 ? _leaf : page.Leaves[^1].Leaf + 1;
        var expected = new List<ExpectedRoot>();
        for (var from = _leaf + 1; from <= until;)
        {
            var stored = await reader.ReadCheckpointsAsync(connection, from, until, cancellationToken).ConfigureAwait(false);
            expected.AddRange(stored.Select(c => RootOf(c.Size, c.Note, $"the checkpoint at {Number(c.Size)}")).OfType<ExpectedRoot>());
            from = stored.Count == 0 ? until + 1 : stored[^1].Size + 1;
        }

        expected.AddRange(options.Kept
            .Select(note => RootOf(null, note.ToString(), "a checkpoint that was kept"))
            .OfType<ExpectedRoot>()
            .Where(kept => kept.Size > _leaf && kept.Size <= until));
        return expected;
    }

    private ExpectedRoot? RootOf(long? size, string text, string what)
    {
        try
        {
            var note = SignedNote.Parse(text);
            var checkpoint = Checkpoint.Of(note);
            if (options.Keys.Count > 0 && !note.FindSigners(options.Keys).Any(k => !k.IsWitness && k.Name == checkpoint.Origin))
            {
                throw new SealFormatException("it is not signed by a key that was given");
            }

            return size is null || size == checkpoint.Size
                ? new ExpectedRoot(checkpoint.Size, checkpoint.Root, what)
                : throw new SealFormatException($"it is of size {Number(checkpoint.Size)}");
        }
        catch (SealFormatException fault)
        {
            Damaged(SealFindingKind.SealDamaged, size, $"{char.ToUpperInvariant(what[0])}{what[1..]} cannot be trusted: {fault.Message.TrimEnd('.')}.");
            return null;
        }
    }

    private async Task CheckTilesAsync(NpgsqlConnection connection, IReadOnlyDictionary<TileId, byte[]> computed, CancellationToken cancellationToken)
    {
        if (!_tree.IsWhole || computed.Count == 0)
        {
            return;
        }

        var stored = await reader.ReadTilesAsync(connection, [.. computed.Keys], cancellationToken).ConfigureAwait(false);
        foreach (var (id, hashes) in computed)
        {
            if (!stored.TryGetValue(id, out var tile) || !tile.AsSpan().StartsWith(hashes))
            {
                Damaged(SealFindingKind.SealDamaged, null, $"Tile {Number(id.Index)} of level {id.Level} is not the one that its leaves give.");
            }
        }
    }

    private async Task<bool> EndAsync(NpgsqlConnection connection, long size, CancellationToken cancellationToken)
    {
        await CheckTilesAsync(connection, _tree.Partial(), cancellationToken).ConfigureAwait(false);
        foreach (var branch in await reader.ReadLostBranchesAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            Damaged(SealFindingKind.ForgedFork, null, $"The table of branches has '{branch}', which no event forks.");
        }

        // The tree may have grown since the audit began, and its checkpoints with it.
        var (now, _) = await reader.ReadHeadAsync(connection, cancellationToken).ConfigureAwait(false);
        var beyond = (await reader.ReadCheckpointsAsync(connection, Math.Max(now, size) + 1, long.MaxValue, cancellationToken).ConfigureAwait(false)).Select(c => c.Size)
            .Concat(options.Kept.Select(note => Checkpoint.Of(note).Size).Where(kept => kept > Math.Max(now, size))).DefaultIfEmpty().Max();
        if (beyond > 0)
        {
            Damaged(
                SealFindingKind.CutOff,
                size,
                $"A checkpoint says that the log had {Number(beyond)} events, and the seal has {Number(size)}: the log was cut off, or restored from an older backup.");
        }

        return true;
    }

    private void Find(SealFindingKind kind, long? leaf, EventColumns? columns, long? sequence, IReadOnlyList<string> changed, string message)
    {
        _findings++;
        options.OnFinding?.Invoke(new SealFinding(kind, leaf, sequence, columns?.Stream, columns?.Version, changed, message));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
