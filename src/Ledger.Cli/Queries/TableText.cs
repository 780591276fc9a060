using Ledger.Cli.Output;
using Ledger.Postgres.Queries;

namespace Ledger.Cli.Queries;

/// <summary>Prints rows as a table, whose columns are as wide as the first rows need. On a terminal the last column is cut to what is left of the line.</summary>
internal sealed class TableText(Printer output, IReadOnlyList<SqlColumn> columns)
{
    private const int MeasuredRows = 200;
    private const int Widest = 60;

    private static readonly HashSet<string> Numbers =
        new(StringComparer.Ordinal) { "smallint", "integer", "bigint", "numeric", "real", "double precision", "oid" };

    private readonly int[] _widths = [.. columns.Select(column => column.Name.Length)];
    private readonly bool[] _areRight = [.. columns.Select(column => Numbers.Contains(column.Type))];

    public async Task PrintAsync(IAsyncEnumerable<IReadOnlyList<string?>> rows, CancellationToken cancellationToken)
    {
        var (first, count) = (new List<IReadOnlyList<string?>>(MeasuredRows), 0L);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            count++;
            if (count > MeasuredRows)
            {
                Print(row);
                continue;
            }

            first.Add(row);
            for (var i = 0; i < row.Count; i++)
            {
                _widths[i] = Math.Max(_widths[i], Math.Min(row[i]?.Length ?? 0, Widest));
            }

            if (count == MeasuredRows)
            {
                PrintFirst(first);
            }
        }

        if (count < MeasuredRows)
        {
            PrintFirst(first);
        }

        output.Line($"({Printable.Count(count, "row")})", Tone.Faint);
    }

    private void PrintFirst(List<IReadOnlyList<string?>> rows)
    {
        Print([.. columns.Select(column => column.Name)], Tone.Faint);
        rows.ForEach(row => Print(row));
    }

    private void Print(IReadOnlyList<string?> row, Tone tone = Tone.Plain)
    {
        for (var i = 0; i < row.Count; i++)
        {
            var value = row[i] ?? "";
            if (i > 0)
            {
                output.Add("  ");
            }

            if (i == row.Count - 1 && !_areRight[i])
            {
                output.AddRest(value, tone);
            }
            else
            {
                output.Add(_areRight[i] ? value.PadLeft(_widths[i]) : value.PadRight(_widths[i]), tone);
            }
        }

        output.EndLine();
    }
}
