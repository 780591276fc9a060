namespace Ledger.Postgres.Doctor;

/// <summary>The state of a database.</summary>
/// <param name="Server">The version of the server, such as <c>15.6</c>.</param>
/// <param name="Database">The database.</param>
/// <param name="Bytes">Its size on disk.</param>
/// <param name="Findings">What was found, problems first.</param>
/// <param name="Tables">The tables of the log, the largest first.</param>
public sealed record DoctorReport(
    string Server, string Database, long Bytes, IReadOnlyList<DoctorFinding> Findings, IReadOnlyList<TableSize> Tables)
{
    /// <summary>Whether a person has to act.</summary>
    public bool NeedsPerson => Findings.Any(finding => finding.Severity == DoctorSeverity.Problem);
}
