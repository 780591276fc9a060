using System.Net;

namespace Ledger.Seal;

/// <summary>A witness could not be asked, or did not cosign. The checkpoint stays as it is.</summary>
public sealed class WitnessException : Exception
{
    internal WitnessException(string message, HttpStatusCode? status, Exception? cause = null)
        : base(message, cause) => Status = status;

    /// <summary>What it answered; null if it could not be asked.</summary>
    public HttpStatusCode? Status { get; }
}
