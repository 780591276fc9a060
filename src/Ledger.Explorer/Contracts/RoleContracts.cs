using System.Text.Json;
using Ledger.Postgres.Roles;

namespace Ledger.Explorer.Contracts;

/// <summary>What the roles of a log are called.</summary>
/// <param name="Reader">Answers questions.</param>
/// <param name="Auditor">Proves and audits.</param>
/// <param name="Writer">Appends.</param>
/// <param name="MartenWriter">Appends with Marten; null if there is none.</param>
/// <param name="Operator">Runs the daemon, rebuilds, archives and masks.</param>
/// <param name="Owner">Owns the tables and migrates.</param>
internal sealed record RolesContract(string Reader, string Auditor, string Writer, string? MartenWriter, string Operator, string? Owner)
{
    public static RolesContract Of(LedgerRoleNames names) => new(
        names.Reader, names.Auditor, names.Writer, names.MartenWriter, names.Operator, names.Owner);
}

/// <summary>Something that a role has too much or too little.</summary>
/// <param name="Kind">no_role, missing or excess.</param>
/// <param name="Role">The role; public for every role of the server.</param>
/// <param name="Subject">What it lacks or has.</param>
/// <param name="Message">The finding as one sentence.</param>
internal sealed record RoleFindingContract(string Kind, string Role, string Subject, string Message)
{
    public static RoleFindingContract Of(RoleFinding finding) => new(
        JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Kind.ToString()), finding.Role, finding.Subject, finding.Message);
}
