namespace Ledger.Postgres.Roles;

/// <summary>A right of a role to an object.</summary>
/// <param name="Role">The role.</param>
/// <param name="Right">The right, with a column where it is of one.</param>
/// <param name="Kind">The kind of the object.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name; that of the schema if it is one.</param>
internal sealed record RoleRight(string Role, string Right, string Kind, string Schema, string Name)
{
    /// <summary>Whether it changes something.</summary>
    public bool Changes => !Right.StartsWith("select", StringComparison.Ordinal) && Right is not ("usage" or "execute");

    public string Subject => Kind == "schema" ? $"{Right} on schema {Schema}" : $"{Right} on {Kind} {Schema}.{Name}";
}
