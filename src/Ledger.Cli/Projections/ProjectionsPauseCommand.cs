using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections pause</c></summary>
internal sealed class ProjectionsPauseCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The projection or subscription." };

    public ProjectionsPauseCommand()
        : base("pause", "Pauses an asynchronous projection or subscription within a second, on whichever node it runs.")
    {
        Add(_name);
        Examples = ["ledger projections pause usage"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var name = session.Get(_name);
        await connection.Projections.PauseAsync(name, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new ProjectionStateContract(name, "paused"), ContractContext.Default.ProjectionStateContract);
            return;
        }

        session.Out.Add(name, Tone.Name).Add(" is paused. 'ledger projections resume' resumes it.").EndLine();
    }
}
