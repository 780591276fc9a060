using Ledger.Events;
using Ledger.Explorer.Pictures;
using Ledger.Explorer.Rendering;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>Reads the world that a page shows.</summary>
internal static class WorldPageReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var at = await CursorAsync(request, run, length).ConfigureAwait(false);
        var (world, fault) = await WorldAsync(request, run, at).ConfigureAwait(false);
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
            Fault = fault,
            Last = last,
            Changed = changed,
            Type = request.Query.Text("type"),
            Text = request.Query.Text("text"),
            Skip = request.Query.Number("skip", 0, 0, 100_000_000),
            Picture = WorldPicture.Fits(world)
                ? WorldPicture.Draw(world, changed, PictureFrame.Page, id => request.Links.Object(run.StreamName, id, at))
                : null,
        };
        return request.WantsFragment ? Page.Of<WorldFragment>(model) : Page.Of<WorldPage>(model);
    }

    /// <summary>The world at a position; before an event that cannot be applied where one lies on the way.</summary>
    public static async Task<(World World, WorldFaultException? Fault)> WorldAsync(ExplorerRequest request, Run run, Position at)
    {
        try
        {
            return (await request.Explorer.Worlds.GetAsync(run, at, request.Aborted).ConfigureAwait(false), null);
        }
        catch (WorldFaultException fault)
        {
            return (fault.WorldBefore, fault);
        }
    }

    private static async Task<Position> CursorAsync(ExplorerRequest request, Run run, Position length)
    {
        if (request.Query.Time("time") is { } time)
        {
            return await run.FindPositionAsync(time, request.Aborted).ConfigureAwait(false);
        }

        var at = request.Query.Position("at") ?? length;
        return at <= length ? at : throw new PositionOutOfRangeException(run.StreamName, at, length);
    }

    private static string? ChangedBy(RecordedEvent recorded) => recorded.Data switch
    {
        ObjectCreated created => created.Id,
        ObjectPatched patched => patched.Id,
        RelationCreated related => related.Id,
        _ => null,
    };
}
