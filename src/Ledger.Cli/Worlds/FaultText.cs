using Ledger.Cli.Output;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary>Prints the events that a world skips.</summary>
internal static class FaultText
{
    private const int Most = 20;

    /// <summary>Lists the skipped events and how to correct them.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="faults">The skipped events.</param>
    /// <param name="stream">The run or branch; null for a file, which cannot be forked.</param>
    public static void Print(Printer output, IReadOnlyList<SkippedEvent> faults, StreamName? stream)
    {
        if (faults.Count == 0)
        {
            return;
        }

        output.Line($"Skipped: {Printable.Count(faults.Count, "event")} that cannot be applied", Tone.Removed);
        foreach (var fault in faults.Take(Most))
        {
            output.Add(fault.Position.ToString().PadLeft(4)).Add($"  {fault.ForeignId ?? fault.EventId.ToString()}", Tone.Name)
                .Add($"  {fault.EventType} {fault.Reason} ({fault.Fault.ToName()})").EndLine();
        }

        if (faults.Count > Most)
        {
            output.Line($"      and {faults.Count - Most:N0} more; --json lists all");
        }

        if (stream is { } name)
        {
            output.Line($"Append an event that corrects it, or continue without it on a branch: ledger fork {name} --at {faults[0].Position}");
        }
    }

    /// <summary>Reports on standard error that an answer skips events.</summary>
    public static async Task WarnAsync(Session session, Run run, Position? at, CancellationToken cancellationToken)
    {
        if (session.Faults == WorldFaults.Skip)
        {
            await WarnAsync(session, run, await run.GetFaultsAsync(at, cancellationToken));
        }
    }

    /// <summary>Reports on standard error which events an answer skips.</summary>
    public static async Task WarnAsync(Session session, Run run, IReadOnlyList<SkippedEvent> faults)
    {
        if (faults.Count > 0)
        {
            await session.Io.Error.WriteLineAsync(Printable.Of(
                $"ledger: {Printable.Count(faults.Count, "event")} of {run.StreamName} cannot be applied and {(faults.Count == 1 ? "was" : "were")} skipped; 'ledger world {run.StreamName}' lists {(faults.Count == 1 ? "it" : "them")}."));
        }
    }
}
