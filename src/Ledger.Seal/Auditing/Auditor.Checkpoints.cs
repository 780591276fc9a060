using Ledger.Seal.Trees;
using Npgsql;

namespace Ledger.Seal.Auditing;

/// <content>The tree against its checkpoints and tiles.</content>
internal sealed partial class Auditor
{
    /// <summary>The checkpoints of the page's sizes: those of the table, and those that were kept.</summary>
    private async Task<List<ExpectedRoot>> ReadExpectedAsync(NpgsqlConnection connection, AuditPage page, CancellationToken cancellationToken)
    {
        var until = page.End;
        var expected = new List<ExpectedRoot>();
        for (var from = _leaf + 1; from <= until;)
        {
            var stored = await reader.ReadCheckpointsAsync(connection, from, until, cancellationToken).ConfigureAwait(false);
            expected.AddRange(stored.Select(c => RootOf(c.Size, c.Note, $"the checkpoint at {Number(c.Size)}")).OfType<ExpectedRoot>());
            from = stored.Count == 0 ? until + 1 : stored[^1].Size + 1;
        }

        expected.AddRange(_kept.Where(kept => kept.Size > _leaf && kept.Size <= until));
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
                ? new ExpectedRoot(checkpoint.Size, checkpoint.Root, what, IsKept: size is null)
                : throw new SealFormatException($"it is of size {Number(checkpoint.Size)}");
        }
        catch (SealFormatException fault)
        {
            _isUntrusted = true;
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
            if (!_tiles.TakeTold(id) && (!stored.TryGetValue(id, out var tile) || !tile.AsSpan().StartsWith(hashes)))
            {
                Damaged(SealFindingKind.SealDamaged, null, $"Tile {Number(id.Index)} of level {id.Level} is not the one that its leaves give.");
            }
        }
    }

    private async Task<bool> EndAsync(NpgsqlConnection connection, long size, CancellationToken cancellationToken)
    {
        TellTiles(long.MaxValue);
        await CheckTilesAsync(connection, _tree.Partial(), cancellationToken).ConfigureAwait(false);
        foreach (var (branch, isLost) in await reader.ReadLostBranchesAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            if (isLost)
            {
                Damaged(SealFindingKind.ForgedFork, null, $"The table of branches has '{branch}', which no event forks.");
            }
            else if (!_named.Contains(branch))
            {
                Find(new SealFinding(
                    SealFindingKind.ForgedFork, null, null, branch, 1, [], $"The row of the branch '{branch}' has another parent, root or name, or other segments, than its first event."));
            }
        }

        var newest = await reader.ReadNewestCheckpointAsync(connection, cancellationToken).ConfigureAwait(false);
        var beyond = _kept.Select(kept => kept.Size).Append(newest).Where(one => one > size).DefaultIfEmpty().Max();
        if (beyond > 0)
        {
            Damaged(
                SealFindingKind.CutOff,
                size,
                $"A checkpoint says that the log had {Number(beyond)} events, and the seal has {Number(size)}: the log was cut off, or restored from an older backup.");
        }

        foreach (var kept in _kept.Where(kept => kept.Size <= size && kept.Size > 0 && !_tree.HasCompared(kept)))
        {
            Damaged(SealFindingKind.SealDamaged, kept.Size, $"A checkpoint that was kept, of size {Number(kept.Size)}, was not compared, because leaves or hashes before it are missing.");
        }

        // Anything else that keeps a checkpoint from being compared was found already.
        var isTold = _isUntrusted || beyond > 0 || _leaf < size || !_tree.IsWhole;
        if (options.Keys.Count > 0 && size > 0 && !_tree.HasComparedAny && !isTold)
        {
            Damaged(
                SealFindingKind.SealDamaged,
                null,
                "The log has no checkpoint that a key which was given has signed, so nothing shows that its events were not changed together with the seal.");
        }

        return true;
    }
}
