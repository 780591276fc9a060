namespace Ledger.Log;

/// <summary>Why JSON cannot be stored.</summary>
/// <param name="Pointer">Where, as a JSON pointer; empty for the whole.</param>
/// <param name="Reason">What is wrong and what to do, as the rest of a sentence that begins with the place.</param>
internal sealed record PayloadFault(string Pointer, string Reason)
{
    public string Sentence(string whole) => $"{(Pointer.Length == 0 ? whole : $"'{Pointer}' of {whole}")} {Reason}";
}
