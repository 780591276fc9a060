using Ledger.Explorer.Contracts;
using Ledger.Log;

namespace Ledger.Cli.Runs;

/// <summary>Prints a run after a change of its title or labels.</summary>
internal static class RunAnswer
{
    public static async Task PrintAsync(Session session, Run run, CancellationToken cancellationToken)
    {
        var summary = await run.GetSummaryAsync(cancellationToken) ?? throw new StreamNotFoundException(run.StreamName);
        if (session.Json)
        {
            var stream = new StreamInfo(summary.Stream, summary.Version, summary.StartedAt, summary.UpdatedAt, summary.State);
            session.Out.Json(RunContract.Of(stream).With(summary), ContractContext.Default.RunContract);
            return;
        }

        session.Out.Fact("Stream", summary.Stream.Value, Output.Tone.Name);
        RunText.Print(session.Out, summary);
    }
}
