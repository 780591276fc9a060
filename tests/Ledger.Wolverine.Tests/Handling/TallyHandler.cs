using JasperFx;
using JasperFx.Events;
using Ledger.Projections;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>How many objects a stream has created.</summary>
public sealed record Tally(int Created)
{
    public static Aggregate<Tally> Aggregate { get; } =
        new Aggregate<Tally>("tally", new Tally(0)).On<ObjectCreated>((tally, _) => new Tally(tally.Created + 1));
}

public sealed record AddToTally([property: Identity] StreamName Stream, int Most);

public sealed record AddTwice(string Id);

/// <summary>Decides on an aggregate of its own, in any stream.</summary>
public static class TallyHandler
{
    public static IEnumerable<object> Handle(AddToTally command, Tally tally)
    {
        if (tally.Created < command.Most)
        {
            yield return new ObjectCreated($"o-{tally.Created}", "Thing", []);
        }
    }

    public static void Handle(AddTwice command, IEventStream<Tally> stream)
    {
        stream.AppendOne(new ObjectCreated("first", "Thing", []));
        stream.AppendMany(new ObjectCreated("second", "Thing", []));
    }
}
