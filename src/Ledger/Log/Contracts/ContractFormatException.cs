namespace Ledger.Log.Contracts;

/// <summary>A text is not a set of contracts, or a schema is not one that can be checked here.</summary>
public sealed class ContractFormatException : FormatException
{
    /// <summary>States what is wrong.</summary>
    /// <param name="message">A sentence.</param>
    /// <param name="innerException">What went wrong underneath, or null.</param>
    public ContractFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
