using System.Text.Json;
using Ledger.Postgres.Doctor;

namespace Ledger.Explorer.Contracts;

/// <summary>The state of a database.</summary>
/// <param name="Server">The version of the server.</param>
/// <param name="Database">The database.</param>
/// <param name="Bytes">Its size on disk.</param>
/// <param name="NeedsPerson">Whether a person has to act.</param>
/// <param name="Symptoms">What was found, problems first.</param>
/// <param name="Tables">The tables, the largest first.</param>
internal sealed record DoctorContract(
    string Server,
    string Database,
    long Bytes,
    bool NeedsPerson,
    IReadOnlyList<DoctorFindingContract> Symptoms,
    IReadOnlyList<TableSizeContract> Tables)
{
    public static DoctorContract Of(DoctorReport report) => new(
        report.Server,
        report.Database,
        report.Bytes,
        report.NeedsPerson,
        [.. report.Findings.Select(DoctorFindingContract.Of)],
        [.. report.Tables.Select(TableSizeContract.Of)]);
}

/// <summary>Something that was found.</summary>
/// <param name="Severity">notice or problem.</param>
/// <param name="Check">schema, indexes, bloat, transactions, slots, settings, connections or projections.</param>
/// <param name="Subject">The table, index, process, slot, setting or projection.</param>
/// <param name="Message">What is so and what to do, in sentences.</param>
internal sealed record DoctorFindingContract(string Severity, string Check, string Subject, string Message)
{
    public static DoctorFindingContract Of(DoctorFinding finding) => new(
        NameOf(finding.Severity), NameOf(finding.Check), finding.Subject, finding.Message);

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

/// <summary>How large a table is.</summary>
/// <param name="Table">The schema and the name.</param>
/// <param name="Rows">How many rows it has, as the server estimates.</param>
/// <param name="DeadRows">How many rows wait for a vacuum, as the server estimates.</param>
/// <param name="Bytes">Its size without indexes.</param>
/// <param name="IndexBytes">The size of its indexes.</param>
internal sealed record TableSizeContract(string Table, long Rows, long DeadRows, long Bytes, long IndexBytes)
{
    public static TableSizeContract Of(TableSize size) => new(size.Table, size.Rows, size.DeadRows, size.Bytes, size.IndexBytes);
}
