using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Testing;

/// <summary>The databases of this run on a server that others use as well.</summary>
/// <remarks>An advisory lock on the run's prefix says that the run lives; databases whose prefix nobody holds are those of a killed one.</remarks>
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

    /// <summary>What the names of this run's databases begin with.</summary>
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
