using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Postgres.Worlds;

/// <content>Lists, a page at a time.</content>
internal sealed partial class PostgresWorldReader
{
    public async IAsyncEnumerable<WorldObject> ReadObjectsAsync(
        History history,
        ObjectFilter? filter = null,
        Position? at = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var position = await CoveredAsync(history, at, cancellationToken).ConfigureAwait(false);
        var objects = position is { } covered
            ? PagesAsync(filter?.After, after => _rows.ReadObjectsAsync(history, filter ?? new(), covered, after, cancellationToken), o => o.Id)
            : _folding.ReadObjectsAsync(history, filter, at, cancellationToken);
        await foreach (var item in objects.ConfigureAwait(false))
        {
            yield return item;
        }
    }

    public async IAsyncEnumerable<Relation> ReadRelationsAsync(
        History history,
        RelationFilter? filter = null,
        Position? at = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var position = await CoveredAsync(history, at, cancellationToken).ConfigureAwait(false);
        var relations = position is { } covered
            ? PagesAsync(filter?.After, after => _rows.ReadRelationsAsync(history, filter ?? new(), covered, after, cancellationToken), r => r.Id)
            : _folding.ReadRelationsAsync(history, filter, at, cancellationToken);
        await foreach (var item in relations.ConfigureAwait(false))
        {
            yield return item;
        }
    }

    public IAsyncEnumerable<RecordedEvent> ReadObjectEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        ReadEventsAsync("world_object_events", history, id, at, _folding.ReadObjectEventsAsync, cancellationToken);

    public async Task<IReadOnlyList<RecordedEvent>> ReadLastObjectEventsAsync(
        History history,
        string id,
        int most,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        IWorldReader folding = _folding;
        return await CoveredAsync(history, at, cancellationToken).ConfigureAwait(false) is { } position
            ? await _rows.ReadLastEventsAsync(history, id, position, most, cancellationToken).ConfigureAwait(false)
            : await folding.ReadLastObjectEventsAsync(history, id, most, at, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<RecordedEvent> ReadRelationEventsAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default) =>
        ReadEventsAsync("world_relation_events", history, id, at, _folding.ReadRelationEventsAsync, cancellationToken);

    private static async IAsyncEnumerable<T> PagesAsync<T>(string? after, Func<string?, Task<List<T>>> readPage, Func<T, string> idOf)
    {
        List<T> page;
        do
        {
            page = await readPage(after).ConfigureAwait(false);
            foreach (var item in page)
            {
                yield return item;
                after = idOf(item);
            }
        }
        while (page.Count >= WorldQueries.PageRows);
    }

    private async IAsyncEnumerable<RecordedEvent> ReadEventsAsync(
        string sql,
        History history,
        string id,
        Position? at,
        Func<History, string, Position?, CancellationToken, IAsyncEnumerable<RecordedEvent>> fold,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (await CoveredAsync(history, at, cancellationToken).ConfigureAwait(false) is not { } position)
        {
            await foreach (var recorded in fold(history, id, at, cancellationToken).ConfigureAwait(false))
            {
                yield return recorded;
            }

            yield break;
        }

        // Rows of the past are not changed, so that pages of different moments fit together.
        var (from, page) = (Position.Start, new List<RecordedEvent>());
        do
        {
            page = await _rows.ReadEventsAsync(sql, history, id, position, from, cancellationToken).ConfigureAwait(false);
            foreach (var recorded in page)
            {
                yield return recorded;
                from = new Position(recorded.Position!.Value.Value + 1);
            }
        }
        while (page.Count >= WorldQueries.PageRows);
    }
}
