namespace Ledger.Seal;

/// <summary>Columns of an event whose salt is gone, so that the seal no longer proves them.</summary>
[Flags]
public enum ErasedColumns
{
    /// <summary>No column.</summary>
    None = 0,

    /// <summary>The payload, <c>data</c>.</summary>
    Data = 1,

    /// <summary>The binary payload, <c>bdata</c>, which the event had.</summary>
    BinaryData = 2,

    /// <summary>The headers.</summary>
    Headers = 4,
}

/// <summary>Names columns that were erased.</summary>
internal static class ErasedColumnsNames
{
    /// <summary>The names of the columns.</summary>
    public static IEnumerable<string> Names(this ErasedColumns columns)
    {
        if (columns.HasFlag(ErasedColumns.Data))
        {
            yield return "data";
        }

        if (columns.HasFlag(ErasedColumns.BinaryData))
        {
            yield return "bdata";
        }

        if (columns.HasFlag(ErasedColumns.Headers))
        {
            yield return "headers";
        }
    }

    /// <summary>The columns in a sentence: <c>the payload and the headers</c>.</summary>
    public static string ToWords(this ErasedColumns columns) => (columns.HasFlag(ErasedColumns.Data), columns.HasFlag(ErasedColumns.Headers)) switch
    {
        (true, true) => "the payload and the headers",
        (false, true) => "the headers",
        _ => "the payload",
    };
}
