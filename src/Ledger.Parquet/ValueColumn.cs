using Parquet;
using Parquet.Schema;

namespace Ledger.Parquet;

/// <summary>A column of numbers or times.</summary>
internal sealed class ValueColumn<TRow, TValue>(DataField field, Func<TRow, TValue?> read) : ParquetColumn<TRow>(field)
    where TValue : struct
{
    private readonly List<TValue?> _values = [];

    public override int Add(TRow row)
    {
        _values.Add(read(row));
        return 0;
    }

    public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
    {
        await group.WriteAsync<TValue>(Field, (ReadOnlyMemory<TValue?>)_values.ToArray(), cancellationToken: cancellationToken).ConfigureAwait(false);
        _values.Clear();
    }
}
