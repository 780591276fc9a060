namespace Ledger.Postgres.Roles;

/// <summary>Something that a role has too much or too little.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Role">The role; <c>public</c> for every role of the server.</param>
/// <param name="Subject">What it lacks or has, such as <c>insert on table ledger.mt_events</c>; empty for a role that does not exist.</param>
public sealed record RoleFinding(RoleFindingKind Kind, string Role, string Subject = "")
{
    /// <summary>The finding as one sentence.</summary>
    public string Message => Kind switch
    {
        RoleFindingKind.NoRole => $"There is no role '{Role}'.",
        RoleFindingKind.Missing => $"The role '{Role}' lacks {Subject}.",
        _ => $"The role '{Role}' has {Subject}, which it must not have.",
    };

    /// <summary>The <see cref="Message"/>.</summary>
    public override string ToString() => Message;
}
