namespace Ledger.Explorer.Comparing;

/// <summary>A row of a comparison as it is shown: one of events, or a stretch of rows that are the same.</summary>
/// <param name="Row">The row; of a stretch its first one.</param>
/// <param name="Same">How many rows the stretch has; 0 for a row by itself.</param>
internal sealed record ShownRow(AlignedRow Row, int Same)
{
    // A few are shown, for what stands around a difference.
    private const int MostAlone = 3;

    /// <summary>The rows, stretches of those that are the same folded unless all are wanted.</summary>
    public static IReadOnlyList<ShownRow> Of(IReadOnlyList<AlignedRow> rows, bool all)
    {
        var shown = new List<ShownRow>();
        for (var i = 0; i < rows.Count;)
        {
            var end = i;
            while (!all && end < rows.Count && rows[end].IsSame)
            {
                end++;
            }

            if (end - i > MostAlone)
            {
                shown.Add(new ShownRow(rows[i], end - i));
                i = end;
            }
            else
            {
                shown.Add(new ShownRow(rows[i++], 0));
            }
        }

        return shown;
    }
}
