using JasperFx.Events;
using JasperFx.Events.Grouping;
using Ledger.Log;
using Ledger.Marten.Tests.Projections;
using Marten;
using Marten.Events.Aggregation;

namespace Ledger.Marten.Tests.Aggregates;

/// <summary>What a <see cref="Journal"/> has, as an aggregate without methods of its own.</summary>
public sealed record Chronicle(string Id, IReadOnlyList<string> Lines, string Last = "")
{
    public override string ToString() => string.Join(", ", Lines);
}

/// <summary>A projection that the application has written, and makes with what it needs.</summary>
public sealed class ChronicleProjection : SingleStreamProjection<Chronicle, string>
{
    private readonly string _verb;

    public ChronicleProjection(string verb) => (_verb, Name) = (verb, "chronicles");

    public override Chronicle? Evolve(Chronicle? snapshot, string id, IEvent e) => e.Data switch
    {
        ObjectCreated created => With(snapshot, id, $"{_verb} {created.Id}"),
        ObjectPatched patched => With(snapshot, id, $"patched {patched.Id}"),
        BranchCreated branch => With(snapshot, id, $"forked at {branch.ForkPosition}"),
        ObjectRemoved => null,
        _ => snapshot,
    };

    public override Chronicle ApplyMetadata(Chronicle snapshot, IEvent lastEvent) => snapshot with { Last = lastEvent.EventTypeName };

    private static Chronicle With(Chronicle? snapshot, string id, string line) =>
        snapshot is null ? new Chronicle(id, [line]) : snapshot with { Lines = [.. snapshot.Lines, line] };
}

/// <summary>Kits with the orders that they are for, by conventional methods and by what the daemon reads beside the events.</summary>
public sealed partial class OrderedKits
{
    public string Id { get; set; } = "";

    public List<string> Kits { get; set; } = [];
}

/// <summary>A kit with the state of its order.</summary>
public sealed record KitOfOrder(string Kit, string State);

/// <summary>Reads orders for the events of a slice, and publishes what it has done.</summary>
public sealed partial class OrderedKitsProjection : SingleStreamProjection<OrderedKits, string>
{
    public List<string> Published { get; } = [];

    public static void Apply(KitOfOrder kit, OrderedKits kits) => kits.Kits.Add($"{kit.Kit} {kit.State}");

    public static void Apply(KitLoaded kit, OrderedKits kits) => kits.Kits.Add($"{kit.Kit} unknown");

    public override async Task EnrichEventsAsync(SliceGroup<OrderedKits, string> group, IQuerySession querySession, CancellationToken cancellation)
    {
        foreach (var slice in group.Slices)
        {
            foreach (var kit in slice.Events().OfType<IEvent<KitLoaded>>().ToList())
            {
                if (await querySession.LoadAsync<Order>(kit.Data.Kit!, cancellation) is { } order)
                {
                    slice.ReplaceEvent(kit, new KitOfOrder(kit.Data.Kit!, order.State));
                }
            }
        }
    }

    public override ValueTask RaiseSideEffects(IDocumentOperations operations, IEventSlice<OrderedKits> slice)
    {
        Published.Add($"{slice.Snapshot?.Id} {slice.Events().Count}");
        return ValueTask.CompletedTask;
    }
}
