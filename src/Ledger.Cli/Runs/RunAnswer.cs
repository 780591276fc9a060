using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Runs;

/// <summary>Prints a run after a change of its title, labels or state.</summary>
internal static class RunAnswer
{
    public static async Task PrintAsync(Session session, Run run, CancellationToken cancellationToken)
    {
        var summary = await run.GetSummaryAsync(cancellationToken) ?? throw new StreamNotFoundException(run.StreamName);
        Print(session, new StreamInfo(summary.Stream, summary.Version, summary.StartedAt, summary.UpdatedAt, summary.State), summary);
    }

    /// <summary>Prints a run or branch; one without events has no summary.</summary>
    public static void Print(Session session, StreamInfo stream, RunSummary? summary)
    {
        if (session.Json)
        {
            session.Out.Json(RunContract.Of(stream).With(summary), ContractContext.Default.RunContract);
            return;
        }

        session.Out.Fact("Stream", stream.Name.Value, Output.Tone.Name);
        if (summary is not null)
        {
            RunText.Print(session.Out, summary);
        }

        if (stream.State is StreamState.Archived)
        {
            session.Out.Fact("State", "archived");
        }
    }
}
