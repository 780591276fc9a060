using Ledger.Explorer.Contracts;
using Ledger.Worlds;

namespace Ledger.Mcp.Abilities;

/// <summary>A page of a world: its objects sorted by id, then its relations; the cursor says in which list it is, and after which id.</summary>
internal sealed class WorldPages(Run run, Position at, RunWorldInput input)
{
    private const int DefaultLimit = 100;
    private const int MostFaults = 20;
    private const string InObjects = "o:";
    private const string InRelations = "r:";

    public async Task<WorldPage> ReadAsync(CancellationToken cancellationToken)
    {
        var (inObjects, after) = input.After switch
        {
            null => (true, null),
            var text when text.StartsWith(InObjects, StringComparison.Ordinal) => (true, text[InObjects.Length..]),
            var text when text.StartsWith(InRelations, StringComparison.Ordinal) => (false, text[InRelations.Length..]),
            var text => throw new RefusalException($"'after' must be the 'next' of the page before, but was '{text}'."),
        };
        var limit = input.Limit ?? DefaultLimit;
        IReadOnlyList<ObjectContract> objects = [];
        var hasMore = false;
        if (inObjects)
        {
            var all = run.ReadObjectsAsync(FilterOf(after), at, cancellationToken).Select(item => ToolPage.Fit(ObjectContract.Of(item)));
            (objects, hasMore) = await ToolPage.TakeAsync(all, limit, ContractContext.Default.ObjectContract, cancellationToken).ConfigureAwait(false);
        }

        var next = hasMore ? InObjects + objects[^1].Id : null;
        IReadOnlyList<Relation> relations = [];
        if (next is null && input.Contains is null)
        {
            (relations, next) = await RelationsAsync(inObjects ? null : after, limit - objects.Count, cancellationToken).ConfigureAwait(false);
        }

        var faults = await run.GetFaultsAsync(at, cancellationToken).ConfigureAwait(false);
        return new WorldPage(
            at.Value,
            objects,
            [.. relations.Select(relation => ToolPage.Fit(RelationContract.Of(relation)))],
            await DanglingAsync(relations, cancellationToken).ConfigureAwait(false),
            await run.IsBudgetExhaustedAsync(at, cancellationToken).ConfigureAwait(false),
            [.. faults.Take(MostFaults).Select(FaultContract.Of)],
            faults.Count,
            next);
    }

    // With objects on the page already, the next begins with the relations.
    private async Task<(IReadOnlyList<Relation> Relations, string? Next)> RelationsAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var filter = new RelationFilter { Type = input.Type, After = after };
        var page = new List<Relation>();
        var bytes = 0L;
        await foreach (var relation in run.ReadRelationsAsync(filter, at, cancellationToken).ConfigureAwait(false))
        {
            bytes += ToolPage.SizeOf(ToolPage.Fit(RelationContract.Of(relation)), ContractContext.Default.RelationContract);
            if (page.Count >= limit || (page.Count > 0 && bytes > ToolPage.MostBytes))
            {
                return (page, InRelations + (page.Count > 0 ? page[^1].Id : after));
            }

            page.Add(relation);
        }

        return (page, null);
    }

    private async Task<IReadOnlyList<string>> DanglingAsync(IReadOnlyList<Relation> relations, CancellationToken cancellationToken)
    {
        if (relations.Count == 0)
        {
            return [];
        }

        string[] ends = [.. relations.SelectMany(r => new[] { r.SourceId, r.TargetId }).Distinct(StringComparer.Ordinal)];
        var present = await run.FindPresentAsync(ends, at, cancellationToken).ConfigureAwait(false);
        return [.. relations.Where(r => !present.Ids.Contains(r.SourceId) || !present.Ids.Contains(r.TargetId)).Select(r => r.Id)];
    }

    private ObjectFilter FilterOf(string? after)
    {
        try
        {
            return new ObjectFilter { Type = input.Type, Contains = input.Contains ?? default, After = after };
        }
        catch (ArgumentException)
        {
            throw new RefusalException("'contains' must be a JSON object such as {\"status\": \"open\"}, with text and numbers that an event can hold.");
        }
    }
}
