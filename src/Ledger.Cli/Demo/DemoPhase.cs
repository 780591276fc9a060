using Ledger.Cli.Output;
using Ledger.Log;

namespace Ledger.Cli.Demo;

/// <summary>A series of consecutive events of one phase, summed up in a sentence.</summary>
/// <param name="Name">The phase's name, from <c>source</c> of its events, without the prefix.</param>
/// <param name="From">The position of its first event.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Outcome">The sentence that ended the phase.</param>
internal sealed record DemoPhase(string Name, Position From, int Events, string Outcome)
{
    /// <summary>The position of its last event.</summary>
    public Position Last => new(From.Value + Events - 1);

    /// <summary>Groups the events of a history into phases, in order.</summary>
    public static IReadOnlyList<DemoPhase> Of(IReadOnlyList<RecordedEvent> events)
    {
        var phases = new List<DemoPhase>();
        for (var start = 0; start < events.Count;)
        {
            var source = events[start].Metadata.Source!;
            var rows = events.Skip(start).TakeWhile(e => e.Metadata.Source == source).ToList();
            phases.Add(new DemoPhase(source[(source.LastIndexOf('/') + 1)..], rows[0].Position!.Value, rows.Count, OutcomeOf(rows[^1].Data)));
            start += rows.Count;
        }

        return phases;
    }

    private static string OutcomeOf(object last) => last switch
    {
        ResponderCompleted { More: { } more } => more["outcome"].GetString()!,
        BranchCreated fork => $"shares {Printable.Count(fork.ForkPosition, "event")} with its parent, copies none",
        _ => "",
    };
}
