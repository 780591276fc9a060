using Parquet.Schema;

namespace Ledger.Parquet;

/// <summary>Makes columns of rows; each file has its own.</summary>
internal static class Columns
{
    public static Func<ParquetColumn<TRow>> Text<TRow>(string name, Func<TRow, string?> read) => () => new TextColumn<TRow>(name, read);

    public static Func<ParquetColumn<TRow>> Whole<TRow>(string name, Func<TRow, long?> read) =>
        () => new ValueColumn<TRow, long>(new DataField<long>(name, nullable: true), read);

    public static Func<ParquetColumn<TRow>> Number<TRow>(string name, Func<TRow, double?> read) =>
        () => new ValueColumn<TRow, double>(new DataField<double>(name, nullable: true), read);

    public static Func<ParquetColumn<TRow>> Time<TRow>(string name, Func<TRow, DateTimeOffset?> read) => () => new ValueColumn<TRow, DateTime>(
        new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: true), row => read(row)?.UtcDateTime);
}
