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

        foreach (var recorded in await _rows.ReadEventsAsync(sql, history, id, position, cancellationToken).ConfigureAwait(false))
        {
            yield return recorded;
        }
    }
}
