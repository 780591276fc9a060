using System.Text;
using Ledger.Postgres.Schema;

namespace Ledger.Postgres.Roles;

/// <summary>The statements that make the roles of a log, and give each what it may do and nothing else.</summary>
internal sealed class RoleScript(SchemaNames schemas, LedgerRoleNames names)
{
    /// <summary>All of them, as a script for psql.</summary>
    public string ForPsql() => string.Join(
        '\n',
        Load("roles_head").Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal),
        Make(),
        Load("roles_end"));

    /// <summary>All of them, for one transaction.</summary>
    public string Make()
    {
        var text = new StringBuilder(Load("roles_begin")).Append('\n');
        if (names.Owner is { } owner)
        {
            text.Append(Load("roles_owner").Replace("{owner}", SchemaNames.Quoted(owner), StringComparison.Ordinal)).Append('\n');
        }

        return text.Append(Load("roles_owned")).Append('\n').Append(Load("roles_former")).Append('\n').Append(Grant()).ToString();
    }

    /// <summary>Those after the roles are there, by the owner of the tables.</summary>
    public string Grant() => string.Join(
        '\n',
        Load("roles_schemas"),
        Revoke([.. RoleGrants.Relations.Where(relation => relation != RoleGrants.ForEveryone)], fromPublic: true),
        Revoke([RoleGrants.ForEveryone], fromPublic: false),
        Revoke([Of(RoleGrants.Numbers, isOfSequences: true)], fromPublic: true),
        string.Concat(RoleGrants.All.Where(grant => names.Of(grant.Role) is not null).Select(Grant)),
        Load("roles_documents"),
        Load("roles_functions"),
        Load("roles_triggers"));

    /// <summary>A statement about the roles or their rights.</summary>
    public string Load(string name)
    {
        var text = SqlText.Load(name)
            .Replace("{names}", Constants(names.All), StringComparison.Ordinal)
            .Replace("{memberships}", Rows(Memberships.Select(pair => (pair.Role, (string?)pair.Member))), StringComparison.Ordinal)
            .Replace("{functions}", Rows(RoleGrants.Functions.Select(one => (RoleGrants.RoutineOf(one.Name), one.Role is { } role ? names.Of(role) : null))), StringComparison.Ordinal)
            .Replace("{relations}", Constants(RoleGrants.NamesIn(schemas)), StringComparison.Ordinal)
            .Replace("{routines}", Constants(RoleGrants.Routines), StringComparison.Ordinal)
            .Replace("{triggers}", Constants(RoleGrants.KnownTriggers), StringComparison.Ordinal)
            .Replace("{roles}", string.Join(", ", names.All.Select(SchemaNames.Quoted)), StringComparison.Ordinal);
        foreach (var (token, role) in Tokens())
        {
            text = text
                .Replace($"{{{token}}}", SchemaNames.Quoted(role), StringComparison.Ordinal)
                .Replace($"{{{token}_text}}", SchemaNames.Literal(role), StringComparison.Ordinal);
        }

        text = text.Replace("{marten_writer_argument}", SchemaNames.Literal(names.MartenWriter ?? ""), StringComparison.Ordinal);
        return schemas.Fill(text.Replace("{marten_writer_text}", names.MartenWriter is { } marten ? SchemaNames.Literal(marten) : "null", StringComparison.Ordinal));
    }

    /// <summary>Which role has all rights of which other, by their names.</summary>
    public IEnumerable<(string Role, string Member)> Memberships =>
        from pair in RoleGrants.Memberships
        let role = names.Of(pair.Role)
        let member = names.Of(pair.Member)
        where role is not null && member is not null
        select (role!, member!);

    private IEnumerable<(string Token, string Name)> Tokens()
    {
        yield return ("reader", names.Reader);
        yield return ("auditor", names.Auditor);
        yield return ("writer", names.Writer);
        yield return ("operator", names.Operator);
        if (names.Owner is { } owner)
        {
            yield return ("owner", owner);
        }
    }

    private string Revoke(IEnumerable<string> objects, bool fromPublic) => Statement("roles_revoke")
        .Replace("{grantees}", (fromPublic ? "public, " : "") + string.Join(", ", names.All.Select(SchemaNames.Quoted)), StringComparison.Ordinal)
        .Replace("{objects}", schemas.Fill(string.Join(", ", objects)), StringComparison.Ordinal);

    private string Grant(RoleGrant grant) => Statement("roles_grant")
        .Replace("{rights}", grant.Rights, StringComparison.Ordinal)
        .Replace("{objects}", schemas.Fill(string.Join(", ", grant.Relations.Select((relation, place) => place == 0 ? Of(relation, grant.IsOfSequences) : relation))), StringComparison.Ordinal)
        .Replace("{role}", SchemaNames.Quoted(names.Of(grant.Role)!), StringComparison.Ordinal);

    // Without the comment, because it comes many times.
    private string Statement(string name) => SqlStatements.Split(Load(name)).Single() + "\n";

    private static string Of(string relation, bool isOfSequences) => isOfSequences ? $"sequence {relation}" : relation;

    private static string Constants(IEnumerable<string> texts) => string.Join(", ", texts.Select(SchemaNames.Literal));

    private static string Rows(IEnumerable<(string A, string? B)> rows) => string.Join(
        ", ", rows.Select(row => $"({SchemaNames.Literal(row.A)}, {(row.B is null ? "null" : SchemaNames.Literal(row.B))})"));
}
