using Ledger.Log;

namespace Ledger.Records;

/// <summary>A row of a record store was changed by hand and is no longer a record.</summary>
public sealed class ChronoRowException : Exception
{
    internal ChronoRowException(string id, FormatException fault)
        : base($"The row of the record '{TextRules.Printable(id)}' was changed by hand: {fault.Message.TrimEnd('.')}."
            + " Verify the store with its rows, and rebuild them from the log.", fault) => Id = id;

    /// <summary>The record's id in the row.</summary>
    public string Id { get; }
}
