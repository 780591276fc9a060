using Ledger.Causality;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Worlds;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger.Explorer.Objects;

/// <summary>Reads the page of an object.</summary>
internal static class ObjectReader
{
    // Who changed an object is found by reading the history, unless rows say where to look.
    private const long MostReadUnasked = 20_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var id = request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id': which object is wanted?");
        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var at = request.Query.Position("at") ?? length;
        if (at > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, at, length);
        }

        var (world, _) = await WorldPageReader.WorldAsync(request, run, at).ConfigureAwait(false);
        var asked = request.Query.Choice("history", "auto", "auto", "all") == "all";
        var history = asked || length.Value <= MostReadUnasked || request.Explorer.Ledger.Store is IWorldReader { KeepsRows: true }
            ? await HistoryAsync(request, run, id).ConfigureAwait(false)
            : null;
        var item = world.FindObject(id);
        Relation[] relations = [.. world.RelationsOf(id)];
        if (item is null && history is { Count: 0 } && relations.Length == 0)
        {
            throw new NotFoundException($"'{run.StreamName}' never had an object '{DisplayText.Cut(id, 80)}'.");
        }

        return Page.Of<ObjectPage>(new ObjectModel
        {
            Stream = run.StreamName,
            Id = id,
            At = at,
            Length = length,
            Item = item,
            Relations = relations,
            History = history,
        });
    }

    private static async Task<IReadOnlyList<BlameEntry>?> HistoryAsync(ExplorerRequest request, Run run, string id)
    {
        try
        {
            return (await run.BlameAsync(id, cancellationToken: request.Aborted).ConfigureAwait(false)).Entries;
        }
        catch (WorldFaultException)
        {
            // The page of the world names the event that cannot be applied.
            return null;
        }
    }
}
