using Ledger.Log;

namespace Ledger.Records;

/// <summary>A record was refused because of a value; nothing was written.</summary>
public sealed class ChronoRecordException : Exception
{
    internal ChronoRecordException(string id, ChronoFault fault)
        : base($"The record '{TextRules.Printable(id)}' cannot be stored: {fault} Nothing was written.")
    {
        Id = id;
        Field = fault.Field;
        Reason = fault.Reason;
    }

    /// <summary>The record's id.</summary>
    public string Id { get; }

    /// <summary>The field, by its name in JSON.</summary>
    public string Field { get; }

    /// <summary>The fault as the rest of a sentence that begins with the field.</summary>
    public string Reason { get; }
}
