namespace Ledger.Seal;

/// <summary>An event, a run or the log is not sealed, or not yet: there is nothing to prove it by.</summary>
public sealed class NotSealedException : Exception
{
    internal NotSealedException(string message)
        : base(message)
    {
    }
}
