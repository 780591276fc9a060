namespace Ledger.Runs;

/// <summary>The state of one occurrence of a request in a history: its attempts and the first response.</summary>
/// <param name="Key">The request.</param>
/// <param name="Slot">Which occurrence: from 0.</param>
internal sealed record CallState(CallKey Key, int Slot)
{
    /// <summary>Where the first response is, or null.</summary>
    public Position? Response { get; set; }

    /// <summary>The model that is asked, as the request names it; null where it does not.</summary>
    public string? Model { get; set; }

    /// <summary>How many times a caller claimed the call, according to the own stream.</summary>
    public int Attempts { get; set; }

    /// <summary>The last of them while it has neither a response nor a failure.</summary>
    public OpenCall? Open { get; set; }

    /// <summary>The last of them if its callee said that it was not made; null once it is begun again, answered, or released by someone.</summary>
    /// <remarks>Its request may still have been under way then.</remarks>
    public OpenCall? NotMade { get; set; }

    /// <summary>Whether a budget was reserved for the last of them.</summary>
    public bool IsReserved { get; set; }

    /// <summary>Whether its last attempt failed, so that the next request of any origin is another attempt.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Where the request is that the first response answers; null while there is none.</summary>
    public Position? AnsweredRequest { get; set; }

    /// <summary>The failures before the first response, in their order; a new list with each.</summary>
    public IReadOnlyList<CallFailure> Failures { get; set; } = [];

    /// <summary>The first failure that the agent went on from, after the one that it was told last; null for none.</summary>
    /// <param name="told">The failure that it was told last; null for none.</param>
    public CallFailure? FailureAfter(Guid? told)
    {
        var begun = told is null;
        foreach (var failure in Failures)
        {
            if (begun && failure.IsFollowed)
            {
                return failure;
            }

            begun |= failure.Id == told;
        }

        return null;
    }

    /// <summary>Where the request is whose outcome the agent is given next; null when the call is made.</summary>
    /// <param name="told">The failure that it was told last; null for none.</param>
    public Position? NextAfter(Guid? told) => FailureAfter(told)?.Request ?? AnsweredRequest;
}
