using System.Globalization;
using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono compact</c></summary>
internal sealed class ChronoCompactCommand : ChronoWriteCommand
{
    private readonly Option<bool> _delete = new("--delete-history")
    {
        Description = "Delete the events, and those archived by earlier compactions, instead of moving them to the archive.",
    };

    public ChronoCompactCommand()
        : base("compact", "Moves the events to the archive, where they can still be verified, and writes their final state to the log.")
    {
        Add(_delete);
        Examples = ["ledger chrono compact demo", "ledger chrono compact demo --delete-history"];
    }

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var history = session.Get(_delete) ? CompactedHistory.Delete : CompactedHistory.Archive;
        var compaction = await session.Progress.RunAsync("Compacting", () => store.CompactAsync(history, cancellationToken));
        if (!session.Json)
        {
            var done = history == CompactedHistory.Delete ? "Deleted" : "Archived";
            session.Out.Line($"{done} {Printable.Count(compaction.Events, "event")} up to seq {compaction.Sequence}; seq {compaction.Event.Seq} records the compaction.");
            return;
        }

        // The event is spelled as it is hashed.
        session.Out.RawJson(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"seq\":{compaction.Sequence},\"count\":{compaction.Events},\"event\":{compaction.Event.ToLine().TrimEnd('\n')}}}"));
    }
}
