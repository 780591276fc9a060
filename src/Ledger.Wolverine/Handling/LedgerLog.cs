using JasperFx;
using Ledger.Marten.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Wolverine.Handling;

/// <summary>The engine through which the application writes its log.</summary>
internal static class LedgerLog
{
    /// <summary>Whether the log is Marten's.</summary>
    public static bool IsMarten(IServiceCollection services) => services.Any(d => d.ServiceType == typeof(MartenEventStore));

    /// <summary>Whether the log is Marten's.</summary>
    public static bool IsMarten(IServiceContainer container) => Has(container, typeof(MartenEventStore));

    /// <summary>Whether something is registered; the container's own question says yes to every class that it could make.</summary>
    public static bool Has(IServiceContainer container, Type service) => container.FindMatchingServices(type => type == service).Count > 0;
}
