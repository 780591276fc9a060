using Ledger.Explorer.Failures;
using Ledger.Explorer.Pictures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Worlds;
using Ledger.Worlds;

namespace Ledger.Explorer.Objects;

/// <summary>Reads the page of an object.</summary>
internal static class ObjectReader
{
    // The changes of an object are found by reading the history, unless rows say where to look.
    private const long MostReadUnasked = 20_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var id = request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id', the id of an object.");
        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var at = await request.CursorAsync(run, "at", "time").ConfigureAwait(false);
        var around = await request.Explorer.Worlds.ReadAroundAsync(run, id, at, request.Aborted).ConfigureAwait(false);
        var asked = request.Query.Choice("history", "auto", "auto", "all") == "all";
        var history = asked || length.Value <= MostReadUnasked || request.Explorer.Ledger.Store.Get<IWorldReader>() is not null
            ? await ReadHistoryAsync(run, id, at, request.Aborted).ConfigureAwait(false)
            : null;
        if (around is { Item: null, Relations.Count: 0 } && history is { Count: 0 })
        {
            throw new NotFoundException($"'{run.StreamName}' never had an object '{DisplayText.Cut(id, 80)}'.");
        }

        return Page.Of<ObjectPage>(new ObjectModel
        {
            Stream = run.StreamName,
            Id = id,
            At = at,
            Length = length,
            Around = around,
            Picture = PictureOf(request, run, id, at, around),
            History = history,
        });
    }

    // Of an object that was changed very often, the last changes before the cursor.
    private static async Task<IReadOnlyList<BlameEntry>> ReadHistoryAsync(Run run, string id, Position at, CancellationToken cancellationToken)
    {
        var last = (await run.BlameLastAsync(id, ObjectModel.MostEvents, cancellationToken: cancellationToken).ConfigureAwait(false)).Entries;
        return last.Count < ObjectModel.MostEvents || last[0].Event.Position < at
            ? last
            : (await run.BlameLastAsync(id, ObjectModel.MostEvents, at, cancellationToken).ConfigureAwait(false)).Entries;
    }

    private static string? PictureOf(ExplorerRequest request, Run run, string id, Position at, ObjectSurroundings around)
    {
        IReadOnlyList<WorldObject> objects = around.Item is { } item ? [item, .. around.Neighbours] : around.Neighbours;
        return around.Relations.Count is > 0 and <= ObjectSurroundings.MostDrawn
            ? WorldPicture.Draw(objects, around.Relations, id, PictureFrame.Page, end => request.Links.Object(run.StreamName, end, at))
            : null;
    }
}
