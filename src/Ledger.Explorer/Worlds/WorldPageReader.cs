using Ledger.Explorer.Pictures;
using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>Reads the world that a page shows.</summary>
internal static class WorldPageReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var length = run.History.LengthAt(stream.Version);
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        var query = new WorldListQuery(
            request.Query.Text("type"), request.Query.Text("text"), request.Query.Text("after"), request.Query.Text("after_relation"));
        var (world, objects, relations) = await ReadAsync(request, run, at, query).ConfigureAwait(false);
        var dangling = await request.Explorer.Worlds
            .FindDanglingAsync(run, world.IsWhole ? world.Relations : relations.Items, at, request.Aborted).ConfigureAwait(false);
        var drawn = world.Relations.Where(r => !dangling.Contains(r.Id)).ToArray();
        var last = at.Value == 0
            ? null
            : await Events.EventReader.AtAsync(run, new Position(at.Value - 1), request.Aborted).ConfigureAwait(false);
        var changed = last is null ? null : ChangedBy(last);
        var model = new WorldModel
        {
            Stream = run.StreamName,
            Length = length,
            At = at,
            World = world,
            Faults = await request.Explorer.Worlds.GetFaultsAsync(run, at, request.Aborted).ConfigureAwait(false),
            Dangling = dangling,
            Last = last,
            Times = (await FirstTimeAsync(request, run, length).ConfigureAwait(false), stream.UpdatedAt),
            Changed = changed,
            Query = query,
            Objects = objects,
            Relations = relations,
            Picture = world.IsWhole ? Draw(world, query.IsOfSome ? objects.Items : null, drawn, changed, id => request.Links.Object(run.StreamName, id, at)) : null,
        };
        return request.WantsFragment ? Page.Of<WorldFragment>(model) : Page.Of<WorldPage>(model);
    }

    /// <summary>The graph of all objects, or of those that are listed with what they are related to; null where it would be too large to read.</summary>
    private static string? Draw(
        WorldExtract world, IReadOnlyList<WorldObject>? listed, IReadOnlyList<Relation> relations, string? changed, Func<string, string> linkOf)
    {
        var objects = world.Objects;
        if (listed is not null)
        {
            var shown = listed.Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
            relations = [.. relations.Where(r => shown.Contains(r.SourceId) || shown.Contains(r.TargetId))];
            shown.UnionWith(relations.SelectMany(r => new[] { r.SourceId, r.TargetId }));
            objects = [.. objects.Where(o => shown.Contains(o.Id))];
        }

        return WorldPicture.Fits(objects, relations) ? WorldPicture.Draw(objects, relations, changed, PictureFrame.Page, linkOf) : null;
    }

    private static async Task<(WorldExtract World, WorldList<WorldObject> Objects, WorldList<Relation> Relations)> ReadAsync(
        ExplorerRequest request, Run run, Position at, WorldListQuery query)
    {
        var world = await request.Explorer.Worlds.ReadAsync(run, at, request.Aborted).ConfigureAwait(false);
        var filter = new ObjectFilter { Type = query.Type, After = query.After };
        var objects = world.HasMoreObjects
            ? request.Explorer.Worlds.ReadObjectsAsync(run, filter, at, request.Aborted)
            : world.Objects.Where(filter.Wants).ToAsyncEnumerable();
        var related = new RelationFilter { After = query.AfterRelation };
        var relations = world.HasMoreRelations
            ? request.Explorer.Worlds.ReadRelationsAsync(run, related, at, request.Aborted)
            : world.Relations.Where(related.Wants).ToAsyncEnumerable();
        return (
            world,
            await ListAsync(objects, o => o.Id, query.Text).ConfigureAwait(false),
            await ListAsync(relations, r => r.Id, text: null).ConfigureAwait(false));
    }

    /// <summary>A page of objects whose ids contain a text; the search is limited, so a rare text costs a few pages and not minutes.</summary>
    private static async Task<WorldList<T>> ListAsync<T>(IAsyncEnumerable<T> things, Func<T, string> idOf, string? text)
    {
        var found = new List<T>();
        var (looked, last) = (0, "");
        await foreach (var thing in things.ConfigureAwait(false))
        {
            if (found.Count == WorldListQuery.PerPage || looked == WorldExtract.Most)
            {
                return new WorldList<T>(found, last);
            }

            (looked, last) = (looked + 1, idOf(thing));
            if (text is null || last.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                found.Add(thing);
            }
        }

        return new WorldList<T>(found, null);
    }

    // Not shown in a fragment.
    private static async Task<DateTimeOffset> FirstTimeAsync(ExplorerRequest request, Run run, Position length) =>
        request.WantsFragment || length.Value == 0
            ? default
            : (await Events.EventReader.AtAsync(run, Position.Start, request.Aborted).ConfigureAwait(false)).Timestamp;

    private static string? ChangedBy(RecordedEvent recorded) => recorded.Data switch
    {
        ObjectCreated created => created.Id,
        ObjectPatched patched => patched.Id,
        RelationCreated related => related.Id,
        _ => null,
    };
}
