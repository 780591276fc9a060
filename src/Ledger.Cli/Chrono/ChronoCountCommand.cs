using System.Globalization;
using Ledger.Explorer.Contracts;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono count</c></summary>
internal sealed class ChronoCountCommand : ChronoCommand
{
    public ChronoCountCommand()
        : base("count", "Counts the active records.") => Examples = ["ledger chrono count demo"];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var count = await store.RecordCountAsync(cancellationToken);
        if (!session.Json)
        {
            session.Out.Line(count.ToString(CultureInfo.InvariantCulture));
            return;
        }

        session.Out.Json(ProjectContract.Of(store.Project, recordCount: count), ContractContext.Default.ProjectContract);
    }
}
