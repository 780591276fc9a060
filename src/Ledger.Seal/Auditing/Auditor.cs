using System.Globalization;
using Ledger.Postgres.Connecting;
using Ledger.Seal.Entries;
using Npgsql;

namespace Ledger.Seal.Auditing;

/// <summary>Compares every row of the log with the tree, and the tree with its checkpoints.</summary>
/// <remarks>Memory does not grow with the log: pages are compared one by one, and only the first findings wait for others that explain them.</remarks>
internal sealed partial class Auditor(NpgsqlDataSource dataSource, AuditReader reader, SealAuditOptions options)
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
    private List<ExpectedRoot> _kept = [];
    private RetainedLeaves _retained = new([]);
    private Dictionary<long, MaskedContent> _masked = [];
    private bool _isUntrusted;

    public async Task<SealAudit> RunAsync(CancellationToken cancellationToken)
    {
        var (size, head, unsealed) = await UseAsync(reader.ReadHeadAsync, cancellationToken).ConfigureAwait(false);
        _kept = [.. options.Kept.Select(note => RootOf(null, note.ToString(), "a checkpoint that was kept")).OfType<ExpectedRoot>()];
        _retained = new RetainedLeaves(await UseAsync(reader.ReadRetainedAsync, cancellationToken).ConfigureAwait(false));

        // The next page is read while this one is hashed, and the leaves of the one after it beside its events.
        var next = ReadAsync(PartAsync(0), 0);
        var ahead = PartAsync(AuditReader.Rows);
        while (true)
        {
            var page = await next.ConfigureAwait(false);
            if (!page.IsLast)
            {
                next = ReadAsync(ahead, page.Until);
                ahead = PartAsync(page.End + AuditReader.Rows);
            }

            await UseAsync((connection, token) => CompareAsync(connection, page, size, head, token), cancellationToken).ConfigureAwait(false);
            options.Progress?.Report(_leaf);
            if (page.IsLast)
            {
                break;
            }
        }

        await ahead.ConfigureAwait(false);
        if (_leaf < size)
        {
            Damaged(SealFindingKind.SealDamaged, _leaf, $"The last {Number(size - _leaf)} leaves of the seal are gone.");
        }

        foreach (var retained in _retained.Counted())
        {
            options.OnRetained?.Invoke(retained);
        }

        Explain();
        await UseAsync((connection, token) => EndAsync(connection, size, token), cancellationToken).ConfigureAwait(false);
        return new SealAudit(size, _events, _erased, _compacted, _tree.Confirmed, size - _tree.ConfirmedSize, unsealed, _findings) { Retained = _retained.Counted().Sum(r => r.Events) };

        Task<AuditPart> PartAsync(long leaf) =>
            UseAsync((connection, token) => reader.ReadPartAsync(connection, Math.Min(leaf, size), size, token), cancellationToken);

        async Task<AuditPage> ReadAsync(Task<AuditPart> reading, long after)
        {
            var part = await reading.ConfigureAwait(false);
            return await UseAsync((connection, token) => reader.ReadAsync(connection, part, after, head, token), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        Connections.UseAsync(dataSource, use, cancellationToken);

    private void Damaged(SealFindingKind kind, long? leaf, string message) => Find(kind, leaf, null, null, [], message);

    private async Task<bool> CompareAsync(NpgsqlConnection connection, AuditPage page, long size, long head, CancellationToken cancellationToken)
    {
        var (paired, inserted) = await PairAsync(connection, page, cancellationToken).ConfigureAwait(false);
        var compacted = await FindCompactedAsync(connection, page, paired, cancellationToken).ConfigureAwait(false);
        if (inserted.Count > 0 || paired.Any(row => row is { IsAsSealed: false }) || HasGone(page, paired, compacted))
        {
            // A masking, a removal or a restoration after the leaves were read has changed them with their events.
            (page, var retained) = await reader.ReadAgainAsync(connection, page, size, head, cancellationToken).ConfigureAwait(false);
            _retained = _retained.With(retained);
            (paired, inserted) = await PairAsync(connection, page, cancellationToken).ConfigureAwait(false);
            compacted = await FindCompactedAsync(connection, page, paired, cancellationToken).ConfigureAwait(false);
        }

        inserted.ForEach(Wait);
        _tree.Expect(await ReadExpectedAsync(connection, page, cancellationToken).ConfigureAwait(false));
        _masked = page.Masked;
        var forks = new List<EventColumns>();
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            Pass(page, page.Leaves[i].Leaf);
            Judge(page.Leaves[i], paired[i], page.HashOf(page.Leaves[i].Leaf), compacted, forks);
        }

        Pass(page, page.End);

        await CheckForksAsync(connection, forks, cancellationToken).ConfigureAwait(false);
        await CheckTilesAsync(connection, _tree.TakeFull(), cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Whether a leaf has no event, or an event no leaf, and nothing that was read so far says why.
    private bool HasGone(AuditPage page, AuditRow?[] paired, Dictionary<long, EventColumns> compacted)
    {
        var next = page.Part.First;
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            var leaf = page.Leaves[i];
            for (; next < leaf.Leaf; next++)
            {
                if (!_retained.Has(next))
                {
                    return true;
                }
            }

            if (paired[i] is null && !compacted.ContainsKey(leaf.Sequence))
            {
                return true;
            }

            next = Math.Max(next, leaf.Leaf + 1);
        }

        for (; next < page.End; next++)
        {
            if (!_retained.Has(next))
            {
                return true;
            }
        }

        return false;
    }

    // The events of a page beside their leaves, and those without one.
    private async Task<(AuditRow?[] Paired, List<AuditRow> Inserted)> PairAsync(NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        var leaves = new Dictionary<long, int>(page.Leaves.Count);
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            leaves.TryAdd(page.Leaves[i].Sequence, i);
        }

        var paired = new AuditRow?[page.Leaves.Count];
        var inserted = new List<AuditRow>();
        var (events, isWhole) = (page.Events, page.IsWhole);
        while (true)
        {
            var rows = new List<AuditRow>(events.Count);
            foreach (var columns in events)
            {
                var row = leaves.TryGetValue(columns.Sequence, out var i)
                    ? paired[i] = new AuditRow(columns, page.Leaves[i], page.HashOf(page.Leaves[i].Leaf))
                    : new AuditRow(columns, null, null);
                (row.Leaf is null ? inserted : rows).Add(row);
            }

            Parallel.ForEach(rows, row => row.Compute());
            if (isWhole || events.Count == 0)
            {
                return (paired, inserted);
            }

            // Only rows that were inserted make a page longer than its leaves.
            events = await reader.ReadEventsAsync(connection, events[^1].Sequence, page.Until, cancellationToken).ConfigureAwait(false);
            isWhole = events.Count < AuditReader.Rows;
        }
    }

    private void Judge(AuditLeaf leaf, AuditRow? row, byte[]? hash, Dictionary<long, EventColumns> compacted, List<EventColumns> forks)
    {
        if (!leaf.Salts.IsWhole)
        {
            Damaged(
                SealFindingKind.SealDamaged,
                leaf.Leaf,
                $"Leaf {Number(leaf.Leaf)}, of the event of number {Number(leaf.Sequence)}, has lost a salt as no erasing of a payload does: what it committed to is not proved.");
        }

        // Where the event is as its checksums say and the tile is not, the tile was changed.
        var isTileAlone = row is { Changed.Count: 0, Computed: not null } && !row.IsAsSealed;
        _tree.Add(isTileAlone ? row!.Computed! : hash, Damaged);
        _leaf++;
        if (row is null)
        {
            if (compacted.TryGetValue(leaf.Sequence, out var archived))
            {
                _compacted += IsProvedOrErased(leaf, archived) ? 1 : 0;
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
            _events += IsProvedOrErased(leaf, row.Columns!) ? 1 : 0;
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

    /// <summary>Whether the payload is proved, or is gone as it should be once its salt is.</summary>
    private bool IsProvedOrErased(AuditLeaf leaf, EventColumns columns)
    {
        if (!leaf.Salts.IsErased)
        {
            return true;
        }

        var by = _masked.TryGetValue(leaf.Sequence, out var masked) && masked.Fits(columns, leaf.Salts) ? masked.By : (Guid?)null;
        if (by is not null || (columns.IsBlank && leaf.Salts.Headers is not null))
        {
            _erased++;
            options.OnErased?.Invoke(new ErasedPayload(leaf.Leaf, leaf.Sequence, columns.Id, columns.Stream, columns.Version) { By = by });
            return true;
        }

        Find(
            SealFindingKind.Unproved,
            leaf.Leaf,
            columns,
            leaf.Sequence,
            ["data"],
            $"The salt of the payload of the event {columns.Id}, leaf {Number(leaf.Leaf)}, was deleted, and the event still has a payload, which nothing proves.");
        return false;
    }

    private async Task<Dictionary<long, EventColumns>> FindCompactedAsync(
        NpgsqlConnection connection, AuditPage page, AuditRow?[] paired, CancellationToken cancellationToken)
    {
        var gone = page.Leaves.Select((leaf, i) => (leaf, i)).Where(p => paired[p.i] is null).ToDictionary(p => p.leaf.Sequence, p => new AuditRow(null, p.leaf, page.HashOf(p.leaf.Leaf)));
        if (gone.Count == 0)
        {
            return new Dictionary<long, EventColumns>();
        }

        var archived = await reader.ReadCompactedAsync(connection, [.. gone.Keys], cancellationToken).ConfigureAwait(false);
        return archived.Where(a => gone[a.Sequence].IsPlaceOf(a)).ToDictionary(a => a.Sequence);
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

    private void Find(SealFindingKind kind, long? leaf, EventColumns? columns, long? sequence, IReadOnlyList<string> changed, string message)
    {
        _findings++;
        options.OnFinding?.Invoke(new SealFinding(kind, leaf, sequence, columns?.Stream, columns?.Version, changed, message));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
