namespace Ledger.Runs;

/// <summary>Whether a call that failed may have been charged for.</summary>
internal static class ChargedFailure
{
    /// <summary>False if the callee refused it, or was not reached. An answer that was cut off, or that is no answer, may cost as much as any.</summary>
    public static bool IsPossible(Exception fault) => fault switch
    {
        CallNotMadeException or ApprovalPendingException or ApprovalDeniedException => false,
        HttpRequestException { StatusCode: not null } => false,
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError
        } => false,
        _ => true,
    };
}
