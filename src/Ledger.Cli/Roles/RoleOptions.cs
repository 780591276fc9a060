using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Postgres.Roles;

namespace Ledger.Cli.Roles;

/// <summary>The options by which the roles of a log have other names than the usual ones.</summary>
internal sealed class RoleOptions
{
    private readonly Option<string?> _reader = Named("--reader", "answers questions", "ledger_reader");
    private readonly Option<string?> _auditor = Named("--auditor", "proves and audits", "ledger_auditor");
    private readonly Option<string?> _writer = Named("--writer", "appends", "ledger_writer");
    private readonly Option<string?> _martenWriter = Named("--marten-writer", "appends with Marten, or none", "none");
    private readonly Option<string?> _operator = Named("--operator", "runs the daemon, rebuilds, archives and masks", "ledger_operator");
    private readonly Option<string?> _owner = new("--owner")
    {
        Description = "The role that owns the tables and migrates; it is made, and gets them. Default: the one that owns them.",
        HelpName = "ROLE",
    };

    /// <summary>Adds the options to a command.</summary>
    public RoleOptions(LedgerCommand command)
    {
        foreach (var option in new[] { _reader, _auditor, _writer, _martenWriter, _operator, _owner })
        {
            command.Add(option);
        }
    }

    /// <summary>The roles of a database: each under the name that its option gives, else the one it was made with, else the usual one.</summary>
    public async Task<LedgerRoles> OnAsync(LedgerConnection connection, Session session, CancellationToken cancellationToken) =>
        On(connection, session, await connection.Roles(null).FindNamesAsync(cancellationToken) ?? new LedgerRoleNames());

    /// <summary>The roles without a database.</summary>
    public LedgerRoles Nowhere(LedgerConnection connection, Session session) => On(connection, session, new LedgerRoleNames());

    private LedgerRoles On(LedgerConnection connection, Session session, LedgerRoleNames before)
    {
        try
        {
            return connection.Roles(NamesOf(session, before));
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private LedgerRoleNames NamesOf(Session session, LedgerRoleNames before) => new()
    {
        Reader = session.Get(_reader) ?? before.Reader,
        Auditor = session.Get(_auditor) ?? before.Auditor,
        Writer = session.Get(_writer) ?? before.Writer,
        MartenWriter = session.Get(_martenWriter) is { } given ? (given == "none" ? null : given) : before.MartenWriter,
        Operator = session.Get(_operator) ?? before.Operator,
        Owner = session.Get(_owner),
    };

    private static Option<string?> Named(string name, string does, string usual) => new(name)
    {
        Description = $"The role that {does}. Default: {usual}.",
        HelpName = "ROLE",
    };
}
