using System.Globalization;

namespace Ledger.Postgres.Doctor;

/// <summary>What the statistics of a table show.</summary>
internal static class TableFindings
{
    private const long Small = 10_000;

    public static IEnumerable<DoctorFinding> Of(TableSize table, long changed, bool isAnalyzed, bool isPassedOver, DoctorLimits limits)
    {
        var all = table.Rows + table.DeadRows;
        if (all >= Small && table.DeadRows > limits.DeadShare * all)
        {
            yield return new(
                DoctorSeverity.Problem,
                DoctorCheck.Bloat,
                table.Table,
                Text($"Of the rows of '{table.Table}', {table.DeadRows:N0} are dead and {table.Rows:N0} are not. Run 'vacuum {table.Table}'; if it stays so, ")
                + "a long transaction, a slot or a standby with hot_standby_feedback keeps them, or autovacuum is too slow.");
        }

        if (isPassedOver)
        {
            yield return new(
                DoctorSeverity.Problem,
                DoctorCheck.Bloat,
                table.Table,
                $"Autovacuum is switched off for '{table.Table}'. Run 'alter table {table.Table} reset (autovacuum_enabled)'.");
        }

        if (all >= Small && (!isAnalyzed || changed > 0.5 * all))
        {
            yield return new(
                DoctorSeverity.Notice,
                DoctorCheck.Bloat,
                table.Table,
                Text($"The planner knows little about '{table.Table}': {changed:N0} of about {all:N0} rows have changed since it was last analysed")
                + $"{(isAnalyzed ? "" : ", which was never")}. Run 'analyze {table.Table}'.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
