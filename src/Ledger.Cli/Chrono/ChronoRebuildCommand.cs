using Ledger.Explorer.Contracts;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono rebuild</c></summary>
internal sealed class ChronoRebuildCommand : ChronoCommand
{
    public ChronoRebuildCommand()
        : base("rebuild", "Rebuilds the rows that queries read from the log. The result differs only for rows that were edited by hand.") =>
        Examples = ["ledger chrono rebuild demo"];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        await session.Progress.RunAsync("Rebuilding", () => store.RebuildAsync(cancellationToken));
        var head = await store.GetHeadAsync(cancellationToken);
        if (!session.Json)
        {
            session.Out.Line($"Rebuilt the rows, at {head}.");
            return;
        }

        session.Out.Json(ProjectContract.Of(store.Project, head), ContractContext.Default.ProjectContract);
    }
}
