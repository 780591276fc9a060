using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Roles;

namespace Ledger.Cli.Roles;

/// <summary><c>ledger roles check</c></summary>
internal sealed class RolesCheckCommand : LedgerCommand
{
    private const int MostLines = 40;

    // Before the roles are made, the functions do not run with the owner's rights either.
    private const int MostLinesWithoutRoles = 3;

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
            Print(session.Out, findings);
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

    // That a role which does not exist lacks a right goes without saying.
    private static void Print(Printer output, IReadOnlyList<RoleFinding> findings)
    {
        var absent = findings.Where(finding => finding.Kind == RoleFindingKind.NoRole).ToList();
        var others = findings.Where(finding => !absent.Exists(role => role.Role == finding.Role)).ToList();
        var most = absent.Count > 0 ? MostLinesWithoutRoles : MostLines;
        foreach (var finding in absent.Concat(others.Take(most)))
        {
            output.Line(finding.Message);
        }

        if (others.Count > most)
        {
            output.Line($"and {Printable.Count(others.Count - most, "finding")} more; --json lists all.");
        }
    }
}
