namespace Ledger.Runs;

/// <summary>The calls that the code at work is inside of: a call that is made inside itself would wait for itself.</summary>
internal sealed class CallsUnderWay : IDisposable
{
    private static readonly AsyncLocal<CallsUnderWay?> Innermost = new();

    private readonly (StreamName Stream, CallKey Key, CallOccurrence Wanted) _call;
    private readonly CallsUnderWay? _outer;

    private CallsUnderWay((StreamName Stream, CallKey Key, CallOccurrence Wanted) call, CallsUnderWay? outer) => (_call, _outer) = (call, outer);

    /// <summary>Enters a call; null if the code at work is inside it already.</summary>
    public static CallsUnderWay? Enter((StreamName Stream, CallKey Key, CallOccurrence Wanted) call)
    {
        for (var inside = Innermost.Value; inside is not null; inside = inside._outer)
        {
            if (inside._call == call)
            {
                return null;
            }
        }

        return Innermost.Value = new CallsUnderWay(call, Innermost.Value);
    }

    public void Dispose() => Innermost.Value = _outer;
}
