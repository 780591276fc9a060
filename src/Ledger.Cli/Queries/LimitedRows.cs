namespace Ledger.Cli.Queries;

/// <summary>The first rows of an answer, which are read once.</summary>
internal sealed class LimitedRows(IAsyncEnumerable<IReadOnlyList<string?>> rows, long limit)
{
    /// <summary>Whether there were more; known once all are read.</summary>
    public bool HasMore { get; private set; }

    public async IAsyncEnumerable<IReadOnlyList<string?>> ReadAsync()
    {
        var count = 0L;
        await foreach (var row in rows)
        {
            if (count++ == limit)
            {
                HasMore = true;
                yield break;
            }

            yield return row;
        }
    }
}
