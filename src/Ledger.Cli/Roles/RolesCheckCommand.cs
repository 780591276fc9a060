using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Roles;

/// <summary><c>ledger roles check</c></summary>
internal sealed class RolesCheckCommand : LedgerCommand
{
    private readonly RoleOptions _options;

    public RolesCheckCommand()
        : base("check", "Names each right that a role has too much or too little. Exit code 1 if there is one.")
    {
        _options = new RoleOptions(this);
        Examples = ["ledger roles check", "ledger roles check --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var findings = await (await _options.OnAsync(connection, session, cancellationToken)).CheckAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json([.. findings.Select(RoleFindingContract.Of)], ContractContext.Default.IReadOnlyListRoleFindingContract);
        }
        else
        {
            foreach (var finding in findings)
            {
                session.Out.Line(finding.Message);
            }

            if (findings.Count == 0)
            {
                session.Out.Line("The roles have what they need, and nothing else.");
            }
        }

        if (findings.Count > 0)
        {
            throw new RefusalException($"The roles are not as 'ledger roles create' makes them: {Printable.Count(findings.Count, "finding")}.", FailureCodes.CheckFailed);
        }
    }
}
