namespace Ledger.Seal.Auditing;

/// <content>Which rows were changed, moved, inserted or removed.</content>
internal sealed partial class Auditor
{
    /// <summary>Goes on to a leaf over those that have no row: retention has removed them with their events, or they are missing.</summary>
    private void Pass(AuditPage page, AuditDoubts doubts, long leaf)
    {
        while (_leaf < leaf)
        {
            if (_retained.Take(_leaf))
            {
                _tree.Add(doubts.HashOf(_leaf, _tree).Span, Damaged);
                _leaf++;
                continue;
            }

            var end = _leaf + 1;
            while (end < leaf && !_retained.Has(end))
            {
                end++;
            }

            // Nothing follows: the end of the audit says it.
            if (page.IsLast && end == page.End)
            {
                return;
            }

            Find(SealFindingKind.SealDamaged, _leaf, null, null, [], $"The seal has no leaf {Number(_leaf)} to {Number(end - 1)}.");
            for (; _leaf < end; _leaf++)
            {
                _tree.Add([], Damaged);
            }
        }
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
        var place = $"version {Number(columns.Version)} of '{columns.Stream}' at number {Number(columns.Sequence)}{(row.ArchivedFrom is null ? "" : " in the archive of compactions")}";
        if (row.Leaf is null)
        {
            Find(SealFindingKind.Inserted, null, columns, columns.Sequence, [], $"The event {columns.Id}, {place}, was never sealed: it was inserted.");
            return;
        }

        var kind = row.Changed is ["version"] ? SealFindingKind.Reordered
            : columns.IsFork && row.Changed.Contains("data") ? SealFindingKind.ForgedFork
            : SealFindingKind.Changed;
        Find(kind, row.Leaf.Leaf, columns, columns.Sequence, row.Changed, $"The event {columns.Id}, {place}, was changed: {(row.Changed.Count == 0 ? "a column whose checksum is the same as before" : NamesOf(row))}.");
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
}
