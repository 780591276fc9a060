namespace Ledger.Records;

/// <summary>The reason why a store refuses a record.</summary>
/// <param name="Field">The field, by its name in JSON, such as <c>confidence</c>.</param>
/// <param name="Reason">The fault as the rest of a sentence that begins with the field.</param>
public sealed record ChronoFault(string Field, string Reason)
{
    /// <summary>The field and the reason as a sentence.</summary>
    public override string ToString() => $"'{Field}' {Reason}.";
}
