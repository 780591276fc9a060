using System.Globalization;
using Ledger.Postgres.Schema;

namespace Ledger.Postgres.Doctor;

/// <summary>Differences of the schema as findings: each index by itself, the rest by its number.</summary>
internal static class SchemaFindings
{
    public static IEnumerable<DoctorFinding> Of(IReadOnlyList<SchemaDifference> differences)
    {
        var rest = new List<SchemaDifference>();
        foreach (var difference in differences)
        {
            if (difference.Kind == DifferenceKind.Missing && difference.Subject.StartsWith("index ", StringComparison.Ordinal))
            {
                yield return new(DoctorSeverity.Problem, DoctorCheck.Indexes, difference.Subject, $"{difference.Message} Run 'ledger migrate apply', which makes it.");
            }
            else if (difference.Actual?.EndsWith("(invalid)", StringComparison.Ordinal) == true)
            {
                // Named as an index.
                continue;
            }
            else if (difference.Kind is DifferenceKind.SequenceBehind or DifferenceKind.ProgressBeyond or DifferenceKind.NameReserved)
            {
                yield return new(DoctorSeverity.Problem, DoctorCheck.Schema, difference.Subject, difference.Message);
            }
            else
            {
                rest.Add(difference);
            }
        }

        if (rest.Count > 0)
        {
            yield return new(
                DoctorSeverity.Problem,
                DoctorCheck.Schema,
                rest[0].Subject,
                rest.Count == 1
                    ? rest[0].Message
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"The schema differs from the migrations in {rest.Count:N0} places. The first: {rest[0].Message} Run 'ledger migrate assert' to see all."));
        }
    }
}
