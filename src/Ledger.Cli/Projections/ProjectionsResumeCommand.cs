using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections resume</c></summary>
internal sealed class ProjectionsResumeCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The projection or subscription." };

    public ProjectionsResumeCommand()
        : base("resume", "Resumes a projection or subscription that was paused, or that failed and has been fixed.")
    {
        Add(_name);
        Examples = ["ledger projections resume usage"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var name = session.Get(_name);
        await connection.Projections.ResumeAsync(name, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(new ProjectionStateContract(name, "running"), ContractContext.Default.ProjectionStateContract);
            return;
        }

        session.Out.Add(name, Tone.Name).Add(" is resumed.").EndLine();
    }
}
