using System.CommandLine;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Tenants;

/// <summary><c>ledger tenants daemon</c></summary>
internal sealed class TenantsDaemonCommand : LedgerCommand
{
    private readonly Argument<string?> _role = new("ROLE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The role. It must belong to the one that owns the tables. Leave it out to let no role.",
    };

    public TenantsDaemonCommand()
        : base("daemon", "Lets a role see the events of all tenants of a schema, as the daemon of Marten must; the one before no longer does.")
    {
        Add(_role);
        Examples = ["ledger tenants daemon app_daemon", "ledger tenants daemon"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var tenants = await ConjoinedSchema.OpenAsync(session, cancellationToken)
            ?? throw new RefusalException($"The schema '{session.Options.LedgerSchema}' does not have the logs of many tenants, and needs no such role.");
        var role = session.Get(_role);
        if (role is null)
        {
            await tenants.ForbidDaemonAsync(cancellationToken);
        }
        else
        {
            await tenants.AllowDaemonAsync(role, cancellationToken);
        }

        if (session.Json)
        {
            session.Out.Json(new TenantDaemonContract(role), ContractContext.Default.TenantDaemonContract);
        }
        else
        {
            session.Out.Line(role is null
                ? $"No role sees the events of all tenants of the schema '{session.Options.LedgerSchema}'."
                : $"The role '{role}' sees the events of all tenants of the schema '{session.Options.LedgerSchema}', while its session has no tenant.");
        }
    }
}
