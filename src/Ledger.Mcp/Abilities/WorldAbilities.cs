using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Mcp.Streams;
using Ledger.Worlds;

namespace Ledger.Mcp.Abilities;

/// <summary>The worlds of runs and branches as abilities: pages, single objects, their changes, and differences.</summary>
internal static class WorldAbilities
{
    private const int DefaultLimit = 100;

    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ToolContractContext Own = ToolContractContext.Default;
    private static readonly ContractContext Out = ContractContext.Default;

    private static readonly AbilityMeta<RunWorldInput, WorldPage> World = new(
        "run:world",
        "Returns the objects and relations that the events of a run or branch describe, all or those that match, one page at a time.",
        In.RunWorldInput,
        Own.WorldPage);

    private static readonly AbilityMeta<RunObjectInput, ObjectAnswer> Object = new(
        "run:object", "Returns one object of a world with its relations; null if there is none.", In.RunObjectInput, Own.ObjectAnswer);

    private static readonly AbilityMeta<RunBlameInput, BlamePage> Blame = new(
        "run:blame", "Lists the events that created and changed an object or relation, the oldest first, with the values before and after.", In.RunBlameInput, Own.BlamePage);

    private static readonly AbilityMeta<RunDiffInput, DiffPage> Diff =
        new("run:diff", "Returns the differences between the worlds of two runs or branches, or of two positions of one.", In.RunDiffInput, Own.DiffPage);

    public static void Register(IAgentBus bus, AgentLedger ledger)
    {
        bus.Register(World, async (input, token) =>
        {
            var run = (await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false)).WithFaults(input.Strict == true ? WorldFaults.Throw : WorldFaults.Skip);
            var at = await MomentAsync(run, input.At, input.AtTime, token).ConfigureAwait(false);
            return await new WorldPages(run, at, input).ReadAsync(token).ConfigureAwait(false);
        });
        bus.Register(Object, (input, token) => ShowAsync(ledger, input, token));
        bus.Register(Blame, async (input, token) =>
        {
            var run = await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false);
            var blame = input.Of == WorldItemKind.Relation
                ? BlameContract.Of(await run.BlameRelationAsync(input.Id, input.Property, token).ConfigureAwait(false))
                : BlameContract.Of(await run.BlameAsync(input.Id, input.Property, token).ConfigureAwait(false));
            return PageOf(blame, input.Skip ?? 0, input.Limit ?? DefaultLimit);
        });
        bus.Register(Diff, async (input, token) =>
        {
            var (run, other) = await StoredRuns.FindAsync(ledger, input.Run, input.Other, token).ConfigureAwait(false);
            var diff = await run.DiffAsync(other, PositionOf(input.At), PositionOf(input.OtherAt), token).ConfigureAwait(false);
            return PageOf(DiffContract.Of(diff), input.Skip, input.Limit);
        });
    }

    private static async Task<ObjectAnswer> ShowAsync(AgentLedger ledger, RunObjectInput input, CancellationToken cancellationToken)
    {
        var run = await StoredRuns.FindAsync(ledger, input.Run, cancellationToken).ConfigureAwait(false);
        var at = await MomentAsync(run, input.At, input.AtTime, cancellationToken).ConfigureAwait(false);
        var item = await run.FindObjectAsync(input.Id, at, cancellationToken).ConfigureAwait(false);
        var related = run.ReadRelationsAsync(new RelationFilter { ObjectId = input.Id, After = input.After }, at, cancellationToken)
            .Select(relation => ToolPage.Fit(RelationContract.Of(relation)));
        var (relations, hasMore) = await ToolPage.TakeAsync(related, input.Limit ?? DefaultLimit, Out.RelationContract, cancellationToken).ConfigureAwait(false);
        var answer = new ObjectAnswer(at.Value, item is null ? null : ToolPage.Fit(ObjectContract.Of(item)), relations, hasMore ? relations[^1].Id : null);
        return item is null || (input.Path is null && input.From is null && answer.Object!.DataOmitted is null)
            ? answer
            : answer with
            {
                Object = ToolPage.WithoutData(ObjectContract.Of(item)),
                Part = JsonPart.Of(item.Data.ToJsonElement(), input.Path ?? "", input.From ?? 0),
            };
    }

    private static BlamePage PageOf(BlameContract blame, int skip, int limit)
    {
        BlameChangeContract[] changes =
        [
            .. blame.Changes.Select(c => c with { Event = ToolPage.Fit(c.Event), Origins = c.Origins is null ? null : [.. c.Origins.Select(ToolPage.Fit)] }),
        ];
        var count = ToolPage.Count(changes, skip, limit, Out.BlameChangeContract);
        return new BlamePage(blame with { Changes = ToolPage.Slice(changes, skip, count) }, changes.Length, ToolPage.NextOf(skip, count, changes.Length));
    }

    private static DiffPage PageOf(DiffContract diff, int? skip, int? limit)
    {
        var page = new StepPage(skip, limit).With(diff.Changes, Out.ValueChangeContract);
        IReadOnlyList<string>[] ids = [diff.AddedObjects, diff.RemovedObjects, diff.PatchedObjects, diff.AddedRelations, diff.RemovedRelations, diff.ChangedRelations];
        page = page.With(ids.Max(list => list.Count));
        var answer = diff with
        {
            AddedObjects = page.Slice(diff.AddedObjects),
            RemovedObjects = page.Slice(diff.RemovedObjects),
            PatchedObjects = page.Slice(diff.PatchedObjects),
            AddedRelations = page.Slice(diff.AddedRelations),
            RemovedRelations = page.Slice(diff.RemovedRelations),
            ChangedRelations = page.Slice(diff.ChangedRelations),
            Changes = page.Slice(diff.Changes),
        };
        return new DiffPage(answer, page.Next);
    }

    private static async Task<Position> MomentAsync(Run run, long? at, DateTimeOffset? time, CancellationToken cancellationToken) => (at, time) switch
    {
        ({ }, { }) => throw new RefusalException("'at' and 'at_time' both name a moment. Give one of them."),
        (null, { } moment) => await run.FindPositionAsync(moment, cancellationToken).ConfigureAwait(false),
        ({ } position, _) => new Position(position),
        _ => await run.GetLengthAsync(cancellationToken).ConfigureAwait(false),
    };

    private static Position? PositionOf(long? at) => at is { } value ? new Position(value) : null;
}
