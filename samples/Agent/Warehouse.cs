using Ledger.Runs;

/// <summary>Reserves things, and knows by the key of each call what it did, also after its caller has died.</summary>
internal sealed class Warehouse
{
    private readonly Dictionary<string, string> _done = [];

    public int Reservations => _done.Count;

    public string Reserve(string item, CallContext call) => _done[call.IdempotencyKey] = $"3 in stock of {item}, one is reserved";

    public Task<CallReconciliation> FindAsync(CallContext call, CancellationToken cancellationToken) => Task.FromResult(
        _done.TryGetValue(call.IdempotencyKey, out var done) ? CallReconciliation.Made(CallResponse.OfText(done)) : CallReconciliation.NotMade);
}
