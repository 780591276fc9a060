namespace Ledger.Runs;

/// <summary>What became of a call whose end is not in the log.</summary>
public sealed class CallReconciliation
{
    private CallReconciliation(CallResponse? response, bool mayRepeat)
    {
        Response = response;
        MayRepeat = mayRepeat;
    }

    /// <summary>The call had no effect: it is made again. Under a budget an event <c>call.released</c> is appended first, which frees what was reserved for it; if
    /// it is not begun again then, the next caller asks once more.</summary>
    public static CallReconciliation NotMade { get; } = new(null, mayRepeat: true);

    /// <summary>It cannot be told: a <see cref="CallUnknownException"/> is thrown.</summary>
    public static CallReconciliation Unknown { get; } = new(null, mayRepeat: false);

    /// <summary>The call was made and returned this, which is recorded as its answer.</summary>
    public static CallReconciliation Made(CallResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new CallReconciliation(response, mayRepeat: false);
    }

    internal CallResponse? Response { get; }

    internal bool MayRepeat { get; }
}
