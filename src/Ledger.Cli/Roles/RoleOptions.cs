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
    private readonly Option<string?> _martenWriter = Named("--marten-writer", "appends with Marten", "there is none");
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

    /// <summary>The roles of a database, under the names that the options give, that were given before, or the usual ones.</summary>
    public LedgerRoles On(LedgerConnection connection, Session session)
    {
        try
        {
            return connection.Roles(NamesOf(session));
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private LedgerRoleNames? NamesOf(Session session)
    {
        var usual = new LedgerRoleNames();
        var names = new LedgerRoleNames
        {
            Reader = session.Get(_reader) ?? usual.Reader,
            Auditor = session.Get(_auditor) ?? usual.Auditor,
            Writer = session.Get(_writer) ?? usual.Writer,
            MartenWriter = session.Get(_martenWriter),
            Operator = session.Get(_operator) ?? usual.Operator,
            Owner = session.Get(_owner),
        };
        return names == usual ? null : names;
    }

    private static Option<string?> Named(string name, string does, string usual) => new(name)
    {
        Description = $"The role that {does}. Default: {usual}.",
        HelpName = "ROLE",
    };
}
