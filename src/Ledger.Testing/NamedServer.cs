using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Testing;

/// <summary>The databases of this run on a shared server.</summary>
/// <remarks>An advisory lock on the run's prefix shows that the run is alive; databases whose prefix is not locked are left from a killed run.</remarks>
internal sealed class NamedServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _administration;
    private readonly NpgsqlConnection _claim;
    private int _disposed;

    private NamedServer(string administration, NpgsqlConnection claim, string prefix)
    {
        _administration = administration;
        _claim = claim;
        Prefix = prefix;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>The prefix of the names of this run's databases.</summary>
    internal string Prefix { get; }

    internal static async Task<NamedServer> OpenAsync(string administration, CancellationToken cancellationToken)
    {
        var prefix = $"ledger_test_{Guid.NewGuid().ToString("N")[..12]}";
        var claim = await Databases.ClaimTestRunAsync(administration, prefix, cancellationToken).ConfigureAwait(false);
        await Databases.DropAbandonedAsync(administration, cancellationToken).ConfigureAwait(false);
        return new NamedServer(administration, claim, prefix);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await _claim.DisposeAsync().ConfigureAwait(false);
        await Databases.DropAbandonedAsync(_administration, CancellationToken.None).ConfigureAwait(false);
    }

    private void OnProcessExit(object? sender, EventArgs arguments) => DisposeAsync().AsTask().Wait(Patience);
}
