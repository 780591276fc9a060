using Npgsql;

namespace Ledger.Postgres.Roles;

/// <summary>What the roles of a database are and may do, compared with what they should be.</summary>
internal sealed class RoleCheck
{
    private const string Public = "public";

    private readonly SchemaNames _schemas;
    private readonly LedgerRoleNames _names;
    private readonly HashSet<RoleRight> _rights;
    private readonly ILookup<string, (string Role, string Text)> _facts;

    private RoleCheck(SchemaNames schemas, LedgerRoleNames names, HashSet<RoleRight> rights, ILookup<string, (string Role, string Text)> facts)
    {
        _schemas = schemas;
        _names = names;
        _rights = rights;
        _facts = facts;
    }

    /// <summary>The owner of the events.</summary>
    public string Owner => _facts["owner"].Select(fact => fact.Role).FirstOrDefault("");

    public static async Task<RoleCheck> ReadAsync(NpgsqlConnection connection, PostgresOptions options, LedgerRoleNames names, CancellationToken cancellationToken)
    {
        var script = new RoleScript(options.Schemas, names with { Owner = null });
        var rights = await ReadAsync(
            connection,
            options,
            script.Load("role_rights"),
            row => new RoleRight(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)),
            cancellationToken).ConfigureAwait(false);
        var facts = await ReadAsync(
            connection, options, script.Load("role_facts"), row => (Kind: row.GetString(0), Role: row.GetString(1), Text: row.GetString(2)), cancellationToken)
            .ConfigureAwait(false);
        return new RoleCheck(options.Schemas, names, [.. rights], facts.ToLookup(fact => fact.Kind, fact => (fact.Role, fact.Text)));
    }

    /// <summary>Whether there is something for the owner of the tables to give or take: the roles are there, and have other rights than they should.</summary>
    public bool IsToGrant()
    {
        var known = _names.All.Append(Owner).Append(Public).ToHashSet(StringComparer.Ordinal);
        return _facts["owner"].All(fact => fact.Text.Length == 0)
            && !_names.All.Except(_facts["role"].Select(fact => fact.Role)).Any()
            && OfGrants().Any(finding => known.Contains(finding.Role));
    }

    /// <summary>What is not as it should be, by role.</summary>
    public IReadOnlyList<RoleFinding> Findings()
    {
        IEnumerable<RoleFinding> findings =
        [
            .. _names.All.Except(_facts["role"].Select(fact => fact.Role)).Select(role => new RoleFinding(RoleFindingKind.NoRole, role)),
            .. _facts["role"].Where(fact => fact.Text.Length > 0).Select(fact => Excess(fact.Role, $"the attribute {fact.Text}")),
            .. _facts["owner"].Where(fact => fact.Text.Length > 0).Select(fact => Excess(fact.Role, $"the attribute {fact.Text}")),
            .. _names.Owner is { } wanted && wanted != Owner ? [new RoleFinding(RoleFindingKind.Missing, wanted, "the ownership of the tables")] : Array.Empty<RoleFinding>(),
            .. _facts["owned"].Select(fact => Excess(fact.Role, $"the ownership of {fact.Text}")),
            .. _facts["overload"].Select(fact => Excess(fact.Role, $"function {fact.Text}")),
            .. _facts["foreign"].Select(fact => Excess(fact.Role, $"trigger {fact.Text}")),
            .. Memberships(),
            .. OfGrants(),
        ];
        return [.. findings.OrderBy(finding => finding.Role, StringComparer.Ordinal).ThenBy(finding => finding.Kind).ThenBy(finding => finding.Subject, StringComparer.Ordinal)];
    }

    // What the statements after the roles are there give and take, besides what other roles have.
    private IEnumerable<RoleFinding> OfGrants()
    {
        var expected = Expected().ToHashSet();
        var known = _names.All.ToHashSet(StringComparer.Ordinal);
        var triggers = RoleGrants.Triggers.Where(name => _names.MartenWriter is not null || !RoleGrants.TriggersOfMartenWriter.Contains(name)).ToHashSet(StringComparer.Ordinal);
        var present = _facts["trigger"].Select(fact => fact.Text).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. RoleGrants.Functions.Select(function => function.Name).Except(_facts["definer"].Select(fact => fact.Text))
                .Select(name => new RoleFinding(RoleFindingKind.Missing, Owner, $"function {_schemas.Ledger}.{name} as one that runs with its rights")),
            .. triggers.Except(present).Select(name => new RoleFinding(RoleFindingKind.Missing, Owner, $"trigger {name}")),
            .. present.Except(triggers).Select(name => Excess(Owner, $"trigger {name}")),
            .. expected.Except(_rights).Select(right => new RoleFinding(RoleFindingKind.Missing, right.Role, right.Subject)),
            .. _rights.Except(expected).Where(right => known.Contains(right.Role) || IsTooMuch(right)).Select(right => Excess(right.Role, right.Subject)),
        ];
    }

    private static RoleFinding Excess(string role, string subject) => new(RoleFindingKind.Excess, role, subject);

    private IEnumerable<RoleFinding> Memberships()
    {
        var expected = new RoleScript(_schemas, _names).Memberships.Select(pair => (Role: pair.Member, Text: pair.Role)).ToList();
        var actual = _facts["member"].ToList();
        return expected.Except(actual).Select(pair => new RoleFinding(RoleFindingKind.Missing, pair.Role, $"the rights of role '{pair.Text}'"))
            .Concat(actual.Except(expected).Select(pair => Excess(pair.Role, $"the rights of role '{pair.Text}'")));
    }

    /// <summary>What a role that is not among these may not have.</summary>
    private bool IsTooMuch(RoleRight right) => right.Kind switch
    {
        "function" => RoleGrants.Functions.Any(function => function.Name == right.Name),
        "table" or "view" or "sequence" => right.Role == Public ? IsNotForEveryone(right) : right.Changes && IsOfLog(right),
        _ => right.Changes,
    };

    // Every role of the server may know which functions there are.
    private bool IsNotForEveryone(RoleRight right) =>
        (IsOfLog(right) || (right.Schema == _schemas.Events && right.Name.StartsWith("mt_", StringComparison.Ordinal)))
        && (right.Changes || right.Name != "schema_function");

    private bool IsOfLog(RoleRight right) =>
        right.Kind == "sequence" || RoleGrants.Relations.Any(relation => RoleGrants.PlaceOf(_schemas, relation) == (right.Schema, right.Name));

    private IEnumerable<RoleRight> Expected()
    {
        foreach (var schema in new[] { _schemas.Events, _schemas.Ledger })
        {
            yield return new RoleRight(_names.Reader, "usage", "schema", schema, schema);
        }

        foreach (var grant in RoleGrants.All.Where(grant => _names.Of(grant.Role) is not null))
        {
            foreach (var relation in grant.Relations)
            {
                foreach (var right in Split(grant.Rights))
                {
                    yield return Right(grant, right, relation);
                }
            }
        }

        foreach (var (name, role) in RoleGrants.Functions)
        {
            if (role is { } lowest)
            {
                yield return new RoleRight(_names.Of(lowest)!, "execute", "function", _schemas.Ledger, name);
            }
        }

        foreach (var (_, table) in _facts["document"])
        {
            yield return new RoleRight(_names.Reader, "select", "table", _schemas.Events, table);
            if ((table.StartsWith("mt_doc_", StringComparison.Ordinal) ? _names.Writer : _names.MartenWriter) is { } writer)
            {
                foreach (var right in new[] { "insert", "update", "delete" })
                {
                    yield return new RoleRight(writer, right, "table", _schemas.Events, table);
                }
            }
        }
    }

    private RoleRight Right(RoleGrant grant, string right, string relation)
    {
        var (schema, name) = RoleGrants.PlaceOf(_schemas, relation);
        return new RoleRight(_names.Of(grant.Role)!, right, KindOf(grant, relation), schema, name);
    }

    private static string KindOf(RoleGrant grant, string relation) =>
        grant.IsOfSequences ? "sequence" : RoleGrants.Views.Contains(relation) ? "view" : "table";

    // A right to several columns is one right to each.
    private static IEnumerable<string> Split(string rights) => rights.EndsWith(')') && rights.IndexOf('(', StringComparison.Ordinal) is var open
        ? rights[(open + 1)..^1].Split(", ").Select(column => $"{rights[..open]}({column})")
        : rights.Split(", ");

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, PostgresOptions options, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
