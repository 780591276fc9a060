namespace Ledger.Postgres.Connecting;

/// <summary>A token for Npgsql that is cancelled after another, on another thread.</summary>
/// <remarks>
/// Npgsql asks the server to cancel while <see cref="CancellationTokenSource.Cancel()"/> runs, on a separate connection. In a network that drops packets this
/// takes as long as the connection time-out, and would block the caller that cancels and everything else that it cancels.
/// </remarks>
internal sealed class CancellationRelay : IDisposable
{
    // Has no timer and no parent, so there is nothing to dispose; callbacks may still run after the work has ended.
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;

    public CancellationRelay(CancellationToken followed) => _registration = followed.UnsafeRegister(
        static state => _ = ((CancellationRelay)state!)._source.CancelAsync(), this);

    public CancellationToken Token => _source.Token;

    public void Dispose() => _registration.Dispose();
}
