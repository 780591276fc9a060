using System.Globalization;
using Ledger.Seal.Entries;
using Npgsql;

namespace Ledger.Seal.Auditing;

/// <summary>Compares every row of the log with the tree, and the tree with its checkpoints, all as of one moment.</summary>
/// <remarks>Memory does not grow with the log: pages are compared one by one, and only the first findings wait for others that explain them.</remarks>
internal sealed partial class Auditor(AuditSnapshot snapshot, AuditReader reader, SealAuditOptions options)
{
    // How many findings wait for the end of the log, where a row that moved is told from one that changed.
    private const int MostWaiting = 1_000;

    private readonly AuditTree _tree = new();
    private readonly AuditTiles _tiles = new();
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
    private CompactedLeaves _compactions = new([], []);
    private bool _isUntrusted;

    public async Task<SealAudit> RunAsync(CancellationToken cancellationToken)
    {
        var (size, head, unsealed) = await snapshot.UseAsync(reader.ReadHeadAsync, cancellationToken).ConfigureAwait(false);
        _kept = [.. options.Kept.Select(note => RootOf(null, note.ToString(), "a checkpoint that was kept")).OfType<ExpectedRoot>()];
        var said = await snapshot.UseAsync(reader.ReadSaidAsync, cancellationToken).ConfigureAwait(false);
        _retained = new RetainedLeaves(said);
        _compactions = new CompactedLeaves(said, await snapshot.UseAsync(reader.ReadShortenedAsync, cancellationToken).ConfigureAwait(false));

        // The next page is read while this one is hashed, and the leaves of the one after it beside its events.
        // The first numbers of a log are 1 and up; a row before them was inserted.
        var next = ReadAsync(PartAsync(0), long.MinValue);
        var ahead = PartAsync(reader.Rows);
        while (true)
        {
            var page = await next.ConfigureAwait(false);
            if (!page.IsLast)
            {
                next = ReadAsync(ahead, page.Until);
                ahead = PartAsync(page.End + reader.Rows);
            }

            await snapshot.UseAsync((connection, token) => CompareAsync(connection, page, token), cancellationToken).ConfigureAwait(false);
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

        TellExplained();
        Explain();
        await snapshot.UseAsync((connection, token) => EndAsync(connection, size, token), cancellationToken).ConfigureAwait(false);
        await snapshot.UseAsync(CheckStreamsAsync, cancellationToken).ConfigureAwait(false);
        return new SealAudit(size, _events, _erased, _compacted, _tree.Confirmed, size - _tree.ConfirmedSize, unsealed, _findings)
        {
            Retained = _retained.Counted().Sum(r => r.Events),
            Deleted = _compactions.Deleted().Sum(d => d.Events),
        };

        Task<AuditPart> PartAsync(long leaf) =>
            snapshot.UseAsync((connection, token) => reader.ReadPartAsync(connection, Math.Min(leaf, size), size, token), cancellationToken);

        async Task<AuditPage> ReadAsync(Task<AuditPart> reading, long after)
        {
            var part = await reading.ConfigureAwait(false);
            return await snapshot.UseAsync((connection, token) => reader.ReadAsync(connection, part, after, head, token), cancellationToken).ConfigureAwait(false);
        }
    }

    private void TellExplained()
    {
        foreach (var retained in _retained.Counted())
        {
            options.OnRetained?.Invoke(retained);
        }

        foreach (var archived in _compactions.Archived())
        {
            options.OnArchived?.Invoke(archived);
        }

        foreach (var deleted in _compactions.Deleted())
        {
            options.OnDeleted?.Invoke(deleted);
        }

        foreach (var (stream, events, version) in _compactions.Unlisted())
        {
            Find(new SealFinding(
                SealFindingKind.Removed,
                null,
                null,
                stream,
                null,
                [],
                $"{Number(events)} sealed events of '{stream}' before version {Number(version)} are gone. A compaction by a build that wrote no 'retention.compacted' may have deleted them; nothing in the log says so."));
        }
    }

    private void Damaged(SealFindingKind kind, long? leaf, string message) => Find(kind, leaf, null, null, [], message);

    private async Task<bool> CompareAsync(NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        page.Inserted.ForEach(Wait);
        _tree.Expect(await ReadExpectedAsync(connection, page, cancellationToken).ConfigureAwait(false));
        var doubts = await AuditDoubts.OfAsync(reader, connection, page, cancellationToken).ConfigureAwait(false);
        var forks = new List<AuditRow>();
        for (var i = 0; i < page.Leaves.Count; i++)
        {
            Pass(page, doubts, page.Leaves[i].Leaf);
            Judge(page.Leaves[i], page.Paired[i], page.Part.HashOf(page.Leaves[i].Leaf), doubts, forks);
        }

        Pass(page, doubts, page.End);
        TellTiles(_leaf);
        await CheckForksAsync(connection, forks, cancellationToken).ConfigureAwait(false);
        await CheckTilesAsync(connection, _tree.TakeFull(), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void Judge(AuditLeaf leaf, AuditRow? row, ReadOnlyMemory<byte> hash, AuditDoubts doubts, List<AuditRow> forks)
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

        // Where nothing shows which of the two was changed, many that do not fit at once are of a tile that was.
        var isTileAlone = isHashChanged == true || (isDoubtful && isHashChanged is null && doubts.HasOthers(leaf.Leaf)) || (hash.IsEmpty && row is { Changed.Count: 0, Computed: not null });
        _tree.Add(isTileAlone ? row!.Computed : isDoubtful || row is { IsAsSealed: true } ? hash.Span : doubts.HashOf(leaf.Leaf, _tree).Span, Damaged);
        _leaf++;
        if (row is null)
        {
            if (_compactions.TakeDeleted(leaf) || _compactions.TakeUnlisted(leaf))
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

        if (row.ArchivedFrom is null)
        {
            EndGone();
        }

        if (row.IsAsSealed || isTileAlone)
        {
            // Where nothing but the checksums says that it is as sealed, it is not counted as such.
            var isProved = IsProvedOrErased(row, leaf) && (row.IsAsSealed || isHashChanged == true);
            if (row.ArchivedFrom is { } stream)
            {
                _compacted += isProved ? 1 : 0;
                _compactions.CountArchived(leaf, stream);
            }
            else
            {
                _events += isProved ? 1 : 0;
            }

            if (row.Fork is not null)
            {
                forks.Add(row);
            }

            if (isTileAlone)
            {
                _tiles.Add(row, isCertain: isHashChanged == true);
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

    /// <summary>Whether the content is proved, or is gone as it should be once its salt is.</summary>
    private bool IsProvedOrErased(AuditRow row, AuditLeaf leaf)
    {
        if (!leaf.Salts.IsErased)
        {
            return true;
        }

        var (columns, erased) = (row.Columns!, leaf.Salts.Erased);
        if (row.Masked is { } masked)
        {
            _erased++;
            options.OnErased?.Invoke(new ErasedPayload(leaf.Leaf, leaf.Sequence, columns.Id, columns.Stream, columns.Version)
            {
                Columns = erased,
                By = masked.By,
                BySequence = masked.BySequence,
                IsReplaced = masked.IsReplaced,
            });
            return true;
        }

        var what = $"The salt of {erased.ToWords()} of the event {columns.Id}, leaf {Number(leaf.Leaf)}, was deleted, ";
        Find(
            SealFindingKind.Unproved,
            leaf.Leaf,
            columns,
            leaf.Sequence,
            [.. erased.Names()],
            row.IsBlank
                ? $"{what}and so was what it said; no event says that it was masked. If that was asked for, 'ledger mask --replaced' says so."
                : $"{what}and the event still has {(erased == ErasedColumns.Headers ? "headers" : "a payload")}, which nothing proves.");
        return false;
    }

    // Tiles that end at a leaf or before.
    private void TellTiles(long end)
    {
        foreach (var (row, isOne, message) in _tiles.TakeUntil(end))
        {
            Find(SealFindingKind.SealDamaged, row.Leaf!.Leaf, isOne ? row.Columns : null, isOne ? row.Leaf.Sequence : null, [], message);
        }
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

    private void Find(SealFindingKind kind, long? leaf, EventColumns? columns, long? sequence, IReadOnlyList<string> changed, string message) =>
        Find(new SealFinding(kind, leaf, sequence, columns?.Stream, columns?.Version, changed, message));

    private void Find(SealFinding finding)
    {
        _findings++;
        if (finding.Stream is { } stream && _named.Count < MostNamed)
        {
            _named.Add(stream);
        }

        options.OnFinding?.Invoke(finding);
    }

    private static string NamesOf(AuditRow row) => row.Changed.Count == 0 ? "a column that cannot be told" : string.Join(", ", row.Changed);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
