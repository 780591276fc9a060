using Ledger.Postgres.Tenants;
using Microsoft.Extensions.Hosting;

namespace Ledger.Postgres.Hosting;

/// <summary>Runs the daemons of tenants while the application runs.</summary>
internal sealed class TenantDaemonService(TenantDaemons daemons) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => daemons.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => daemons.StopAsync(cancellationToken);
}
