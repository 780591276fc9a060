namespace Ledger.Seal;

/// <summary>A text or file is not in the format that it should have.</summary>
public sealed class SealFormatException : Exception
{
    internal SealFormatException(string message)
        : base(message)
    {
    }
}
