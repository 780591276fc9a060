namespace Ledger.Runs;

/// <summary>Thrown by a call that certainly had no effect, such as one that the callee refused: it has failed, and may be made again under every policy.</summary>
public sealed class CallNotMadeException : Exception
{
    /// <summary>The call had no effect.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">What the callee's library threw, or null.</param>
    public CallNotMadeException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
