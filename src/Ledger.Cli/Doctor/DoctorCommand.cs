using System.Globalization;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Doctor;

namespace Ledger.Cli.Doctor;

/// <summary><c>ledger doctor</c></summary>
internal sealed class DoctorCommand : LedgerCommand
{
    private const int MostTables = 20;

    public DoctorCommand()
        : base("doctor", "Finds what is wrong with a database, or will be: bloat, indexes, long transactions, slots, settings, projections. Exit code 1 if it needs a person.") =>
        Examples = ["ledger doctor", "ledger doctor --json"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var report = await connection.Doctor.ExamineAsync(cancellationToken);
        if (session.Json)
        {
            session.Out.Json(DoctorContract.Of(report), ContractContext.Default.DoctorContract);
        }
        else
        {
            Show(session.Out, report);
        }

        if (report.NeedsPerson)
        {
            var problems = report.Findings.Count(finding => finding.Severity == DoctorSeverity.Problem);
            throw new RefusalException($"The database '{report.Database}' needs a person: {Printable.Count(problems, "problem")}.", FailureCodes.CheckFailed);
        }
    }

    private static void Show(Printer output, DoctorReport report)
    {
        foreach (var finding in report.Findings)
        {
            output.Add(finding.Severity == DoctorSeverity.Problem ? "problem: " : "notice: ", finding.Severity == DoctorSeverity.Problem ? Tone.Removed : Tone.Faint)
                .Add(finding.Message).EndLine();
        }

        if (report.Findings.Count == 0)
        {
            output.Line("Nothing is wrong.");
        }

        output.Line($"Database '{report.Database}' on PostgreSQL {report.Server}: {SizeOf(report.Bytes)}");
        if (report.Tables.Count > 0)
        {
            output.Line($"{"ROWS",14}  {"DEAD",12}  {"SIZE",10}  {"INDEXES",10}  TABLE", Tone.Faint);
        }

        foreach (var table in report.Tables.Take(MostTables))
        {
            output.Add($"{Count(table.Rows),14}  {Count(table.DeadRows),12}  {SizeOf(table.Bytes),10}  {SizeOf(table.IndexBytes),10}  ").Add(table.Table, Tone.Name).EndLine();
        }

        if (report.Tables.Count > MostTables)
        {
            output.Line($"and {Printable.Count(report.Tables.Count - MostTables, "smaller table")}", Tone.Faint);
        }
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string SizeOf(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} kB"),
    };
}
