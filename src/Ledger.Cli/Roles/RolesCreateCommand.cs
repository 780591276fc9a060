using Ledger.Cli.Connections;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Roles;

/// <summary><c>ledger roles create</c></summary>
internal sealed class RolesCreateCommand : LedgerCommand
{
    private readonly RoleOptions _options;

    public RolesCreateCommand()
        : base("create", "Makes the roles of the log and gives each its rights; run again, it corrects what differs. Then make the roles of programs members of them.")
    {
        _options = new RoleOptions(this);
        Examples = ["ledger roles create", "ledger roles create --owner ledger_owner --writer agents_writer"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var names = await (await _options.OnAsync(connection, session, cancellationToken)).CreateAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json(RolesContract.Of(names), ContractContext.Default.RolesContract);
            return;
        }

        session.Out.Fact("reader       ", names.Reader);
        session.Out.Fact("auditor      ", names.Auditor);
        session.Out.Fact("writer       ", names.Writer);
        if (names.MartenWriter is { } martenWriter)
        {
            session.Out.Fact("marten-writer", martenWriter);
        }

        session.Out.Fact("operator     ", names.Operator);
        session.Out.Fact("owner        ", names.Owner!);
    }
}
