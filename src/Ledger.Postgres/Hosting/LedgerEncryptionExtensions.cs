using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Forgetting;
using Ledger.Postgres.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the encryption of personal data to a container.</summary>
public static class LedgerEncryptionExtensions
{
    /// <summary>Has the container's <see cref="IEventStore"/> encrypt personal data, and with it the ledgers of runs and tasks: see <see cref="EncryptingEventStore"/>.</summary>
    /// <remarks>
    /// <para>Call it after <c>AddLedger</c>, of PostgreSQL or of Marten, and after the application's own decorator of the store, which is below it then. Of several calls the first counts.</para>
    /// <para>The keys are those of the container's <see cref="ISubjectKeys"/> if one is registered; else a table of Ledger's (<see cref="PostgresSubjectKeys"/>), in the database of
    /// <see cref="EncryptionOptions.KeysConnectionString"/>, or in that of the log. The store of the engine, such as <see cref="PostgresEventStore"/>, does not encrypt: it is the one to
    /// mask in. What the container's ledgers show, an explorer in the same application shows too.</para>
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Changes the options, such as <c>o => o with { Rules = [rule] }</c>; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">No event store is registered yet.</exception>
    public static IServiceCollection AddLedgerEncryption(this IServiceCollection services, Func<EncryptionOptions, EncryptionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(EncryptingEventStore)))
        {
            return services;
        }

        var inner = services.LastOrDefault(service => service.ServiceType == typeof(IEventStore) && !service.IsKeyedService)
            ?? throw new InvalidOperationException("There is no event store to encrypt for: call AddLedger before AddLedgerEncryption.");
        if (inner.Lifetime != ServiceLifetime.Singleton)
        {
            throw new InvalidOperationException(
                "The event store is not one for the whole application, as with a database for each tenant. Make an EncryptingEventStore on the store of each scope instead.");
        }

        var options = configure is null ? new EncryptionOptions() : configure(new EncryptionOptions());
        services.TryAddSingleton(provider => new KeysDataSource(options, provider));
        services.TryAddSingleton<ISubjectKeys>(provider => new PostgresSubjectKeys(provider.GetRequiredService<KeysDataSource>().Value, provider.GetRequiredService<PostgresOptions>()));

        // The container disposes the one below too.
        services.AddKeyedSingleton<IEventStore>(typeof(EncryptingEventStore), (provider, _) => (IEventStore)(inner.ImplementationInstance
            ?? inner.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)));
        services.AddSingleton(provider => new EncryptingEventStore(
            provider.GetRequiredKeyedService<IEventStore>(typeof(EncryptingEventStore)), provider.GetRequiredService<ISubjectKeys>(), options.Rules));
        services.Replace(ServiceDescriptor.Singleton<IEventStore>(provider => provider.GetRequiredService<EncryptingEventStore>()));
        return services;
    }
}
