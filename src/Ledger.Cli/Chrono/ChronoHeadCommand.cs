using Ledger.Explorer.Contracts;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono head</c></summary>
internal sealed class ChronoHeadCommand : ChronoCommand
{
    public ChronoHeadCommand()
        : base("head", "Prints the head of the chain as SEQ:HASH. Store it elsewhere: 'verify --expect' then proves that nothing before it was changed.") =>
        Examples = ["ledger chrono head demo > head.txt", "ledger chrono verify demo --expect \"$(cat head.txt)\""];

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var head = await store.GetHeadAsync(cancellationToken);
        if (!session.Json)
        {
            session.Out.Line(head.ToString());
            return;
        }

        session.Out.Json(ProjectContract.Of(store.Project, head), ContractContext.Default.ProjectContract);
    }
}
