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
    private readonly DeletedLeaves _deleted = new();
    private bool _isUntrusted;

    public async Task<SealAudit> RunAsync(CancellationToken cancellationToken)
    {
        var (size, head, unsealed) = await UseAsync(reader.ReadHeadAsync, cancellationToken).ConfigureAwait(false);
        _kept = [.. options.Kept.Select(note => RootOf(null, note.ToString(), "a checkpoint that was kept")).OfType<ExpectedRoot>()];
        _retained = new RetainedLeaves(await UseAsync(reader.ReadRetainedAsync, cancellationToken).ConfigureAwait(false));
        _deleted.Learn(await UseAsync(reader.ReadDeletedAsync, cancellationToken).ConfigureAwait(false));

        // The next page is read while this one is hashed, and the leaves of the one after it beside its events.
        // The first numbers of a log are 1 and up; a row before them was inserted.
        var next = ReadAsync(PartAsync(0), long.MinValue);
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

        foreach (var deleted in _deleted.Counted())
        {
            options.OnDeleted?.Invoke(deleted);
        }

        Explain();
        await UseAsync((connection, token) => EndAsync(connection, size, token), cancellationToken).ConfigureAwait(false);
        return new SealAudit(size, _events, _erased, _compacted, _tree.Confirmed, size - _tree.ConfirmedSize, unsealed, _findings)
        {
            Retained = _retained.Counted().Sum(r => r.Events),
            Deleted = _deleted.Counted().Sum(d => d.Events),
        };

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
        var compacted = await FindCompactedAsync(connection, page, cancellationToken).ConfigureAwait(false);
        if (!page.IsAsSealed || HasGone(page, compacted))
        {
            // A masking, a removal or a restoration after the leaves were read has changed them with their events.
            (page, var retained, var deleted) = await reader.ReadAgainAsync(connection, page, size, head, cancellationToken).ConfigureAwait(false);
            _retained = _retained.With(retained);
            _deleted.Learn(deleted);
            compacted = await FindCompactedAsync(connection, page, cancellationToken).ConfigureAwait(false);
        }

        page.Inserted.ForEach(Wait);
        _tree.Expect(await ReadExpectedAsync(connection, page, cancellationToken).ConfigureAwait(false));
        var doubts = await AuditDoubts.OfAsync(reader, connection, page, cancellationToken).ConfigureAwait(false);
        var forks = new List<AuditRow>();
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            Pass(page, page.Leaves[i].Leaf);
            Judge(page.Leaves[i], page.Paired[i], page.Part.HashOf(page.Leaves[i].Leaf), compacted, doubts, forks);
        }

        Pass(page, page.End);

        await CheckForksAsync(connection, forks, cancellationToken).ConfigureAwait(false);
        await CheckTilesAsync(connection, _tree.TakeFull(), cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Whether a leaf has no event, or an event no leaf, and nothing that was read so far says why.
    private bool HasGone(AuditPage page, Dictionary<long, AuditRow> compacted)
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

            if (page.Paired[i] is null && !compacted.ContainsKey(leaf.Sequence) && !_deleted.Has(leaf))
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

    private void Judge(AuditLeaf leaf, AuditRow? row, ReadOnlyMemory<byte> hash, Dictionary<long, AuditRow> compacted, AuditDoubts doubts, List<AuditRow> forks)
    {
        if (!leaf.Salts.IsWhole)
        {
            Damaged(
                SealFindingKind.SealDamaged,
                leaf.Leaf,
                $"Leaf {Number(leaf.Leaf)}, of the event of number {Number(leaf.Sequence)}, has lost a salt as no erasing of a payload does: what it committed to is not proved.");
        }

        // The event is right where its tile lacks a hash, and where it leads to the tile above or to a checkpoint, as the hash does not.
        var isDoubtful = doubts.Has(leaf.Leaf);
        var isHashChanged = isDoubtful ? doubts.IsHashChanged(leaf.Leaf, _tree) : null;
        var isTileAlone = isHashChanged == true || (hash.IsEmpty && row is { Changed.Count: 0, Computed: not null });
        _tree.Add(isTileAlone ? row!.Computed : hash.Span, Damaged);
        _leaf++;
        if (row is null)
        {
            if (compacted.TryGetValue(leaf.Sequence, out var archived))
            {
                _compacted += IsProvedOrErased(archived, leaf) ? 1 : 0;
                return;
            }

            if (_deleted.Take(leaf))
            {
                return;
            }

            _goneCount++;
            if (_gone.Count < MostWaiting)
            {
                _gone.Add(new AuditRow(leaf, hash));
            }

            return;
        }

        EndGone();
        if (row.IsAsSealed)
        {
            _events += IsProvedOrErased(row, leaf) ? 1 : 0;
            if (row.Fork is not null)
            {
                forks.Add(row);
            }

            return;
        }

        if (row.Computed.AsSpan().SequenceEqual(hash.Span))
        {
            Find(
                SealFindingKind.SealDamaged,
                leaf.Leaf,
                row.Columns,
                leaf.Sequence,
                row.Changed,
                $"The checksums of leaf {Number(leaf.Leaf)} do not fit the event of number {Number(leaf.Sequence)} ({NamesOf(row)}): they were changed, or the event was, with its hash.");
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

        if (isDoubtful && isHashChanged is null)
        {
            Find(
                SealFindingKind.Changed,
                leaf.Leaf,
                row.Columns,
                leaf.Sequence,
                [],
                $"The event of number {Number(leaf.Sequence)} fits its checksums and not the hash of leaf {Number(leaf.Leaf)}: one of the two was changed, and no tile above and no checkpoint shows which.");
            return;
        }

        Wait(row);
    }

    /// <summary>Whether the payload is proved, or is gone as it should be once its salt is.</summary>
    private bool IsProvedOrErased(AuditRow row, AuditLeaf leaf)
    {
        if (!leaf.Salts.IsErased)
        {
            return true;
        }

        var columns = row.Columns!;
        if (row.IsGone)
        {
            _erased++;
            options.OnErased?.Invoke(new ErasedPayload(leaf.Leaf, leaf.Sequence, columns.Id, columns.Stream, columns.Version) { By = row.By });
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

    // What the archive of compactions has of leaves whose events are gone, as they were sealed.
    private async Task<Dictionary<long, AuditRow>> FindCompactedAsync(NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        var gone = page.Leaves.Where((_, i) => page.Paired[i] is null).DistinctBy(leaf => leaf.Sequence).ToDictionary(leaf => leaf.Sequence);
        return gone.Count == 0
            ? []
            : await reader.ReadCompactedAsync(connection, page.Part, gone, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckForksAsync(NpgsqlConnection connection, List<AuditRow> forks, CancellationToken cancellationToken)
    {
        List<(EventColumns Columns, SealFork Fork)> named = [.. forks.Select(f => (f.Columns!, f.Fork!)).Where(f => f.Item1.Version == 1)];
        if (named.Count == 0)
        {
            return;
        }

        var table = await reader.ReadBranchesAsync(connection, [.. named.Select(f => f.Columns.Stream!)], cancellationToken).ConfigureAwait(false);
        foreach (var (columns, fork) in named)
        {
            if (!table.TryGetValue(columns.Stream!, out var row) || row.Position != fork.Position || !row.Segments.SequenceEqual(fork.Segments))
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

    private static string NamesOf(AuditRow row) => row.Changed.Count == 0 ? "a column that cannot be told" : string.Join(", ", row.Changed);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
