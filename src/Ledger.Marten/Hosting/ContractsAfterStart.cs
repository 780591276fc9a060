using Ledger.Log.Contracts;
using Ledger.Marten.Streams;
using Ledger.Postgres.Contracts;
using Microsoft.Extensions.Hosting;

namespace Ledger.Marten.Hosting;

/// <summary>Declares the contracts of the application's events once all hosted services have started, of which one may make Marten's tables.</summary>
/// <remarks>Those of a tenant's own database are declared when the tenant is first asked for.</remarks>
internal sealed class ContractsAfterStart(Func<MartenEventStore> findStore) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var store = findStore();
        if (store.Options.Contracts != EventContractMode.Off && !store.IsOfNoTenant)
        {
            await store.EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
            await new EventContractTable(store.DataSource, store.Options)
                .DeclareAsync(EventContracts.Of(store.Registry), store.Options.Contracts, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
