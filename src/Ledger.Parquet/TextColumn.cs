using Parquet;
using Parquet.Schema;

namespace Ledger.Parquet;

/// <summary>A column of text.</summary>
internal sealed class TextColumn<TRow>(string name, Func<TRow, string?> read) : ParquetColumn<TRow>(new DataField<string>(name, nullable: true))
{
    private readonly List<string?> _values = [];

    public override int Add(TRow row)
    {
        var value = read(row);
        _values.Add(value);
        return value?.Length ?? 0;
    }

    public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
    {
        await group.WriteAsync(Field, _values).ConfigureAwait(false);
        _values.Clear();
    }
}
