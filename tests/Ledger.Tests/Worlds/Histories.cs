using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Events;
using Ledger.Files;
using Ledger.Tests.Json;

namespace Ledger.Tests.Worlds;

/// <summary>Random histories over few ids, so that objects are made twice, removed, made again, and patched when they are gone.</summary>
internal static class Histories
{
    private static readonly string[] Ids = ["a", "b", "c", "🚀", "\uffff"];

    private static readonly Gen<string> Id = Gen.Elements(Ids);

    private static readonly Gen<string> Type = Gen.Elements("Claim", "Goal");

    private static readonly Gen<object> Event = Gen.OneOf(
        from id in Id from type in Type from data in JsonSamples.Objects.Generator select (object)new ObjectCreated(id, type, data),
        from id in Id from type in Type select (object)new ObjectCreated(id, type),
        from id in Id from patch in JsonSamples.Objects.Generator select (object)new ObjectPatched(id, patch),
        from id in Id select (object)new ObjectRemoved(id),
        from id in Id from type in Type from a in Id from b in Id from data in JsonSamples.Objects.Generator
        select (object)new RelationCreated(id, type, a, b, data),
        from id in Id select (object)new RelationRemoved(id),
        Gen.Constant((object)new BudgetExhausted()),
        Gen.Constant((object)new KitLoaded("kit")));

    /// <summary>Histories that fold: what would be a fault is left out.</summary>
    public static Arbitrary<RecordedEvent[]> Valid => Gen.ListOf(Event).Select(Applicable).ToArbitrary();

    public static RecordedEvent[] Of(params IEnumerable<object> events) =>
        [.. EventFile.Record(events.Select(e => new NewEvent(e)), StreamName.Run("r"), DateTimeOffset.UnixEpoch)];

    public static UntypedEvent Untyped(string type, string json) => new(type, JsonElement.Parse(json));

    private static RecordedEvent[] Applicable(IEnumerable<object> events)
    {
        var known = new HashSet<string>();
        var kept = new List<object>();
        foreach (var item in events)
        {
            if (item is ObjectPatched patched && !known.Contains(patched.Id))
            {
                continue;
            }

            _ = item switch
            {
                ObjectCreated created => known.Add(created.Id),
                ObjectRemoved removed => known.Remove(removed.Id),
                _ => false,
            };
            kept.Add(item);
        }

        return Of(kept);
    }
}
