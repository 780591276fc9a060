using Parquet;
using Parquet.Schema;

namespace Ledger.Parquet;

/// <summary>A column, with the values of the rows that are not written yet.</summary>
internal abstract class ParquetColumn<TRow>(DataField definition)
{
    /// <summary>Its name and type.</summary>
    public DataField Field => definition;

    /// <summary>Takes the value of a row.</summary>
    /// <returns>The number of characters that it holds.</returns>
    public abstract int Add(TRow row);

    /// <summary>Writes the values, and releases them.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken);
}
