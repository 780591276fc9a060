using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Ledger.Hosting.Aspire.Tests;

/// <summary>A server that runs already, in the place of the container that an application would start.</summary>
internal static class RunningServer
{
    /// <param name="postgres">The server of the application.</param>
    /// <param name="connectionString">That of the running one, without a database.</param>
    public static IResourceBuilder<PostgresServerResource> At(this IResourceBuilder<PostgresServerResource> postgres, string connectionString)
    {
        var annotations = postgres.Resource.Annotations;
        foreach (var annotation in annotations.Where(annotation => annotation is ContainerImageAnnotation or EndpointAnnotation).ToList())
        {
            annotations.Remove(annotation);
        }

        var address = postgres.ApplicationBuilder.AddConnectionString("address", builder => builder.AppendLiteral(connectionString));
        return postgres.WithConnectionStringRedirection(address.Resource)
            .OnInitializeResource(async (server, initialize, cancellationToken) =>
            {
                // What Aspire itself tells of a container that it has started, and of its databases.
                var databases = server.Databases.Keys.Select(name => postgres.ApplicationBuilder.Resources.Single(resource => resource.Name == name));
                foreach (var resource in databases.Prepend(server))
                {
                    await initialize.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, initialize.Services), cancellationToken);
                    await initialize.Notifications.PublishUpdateAsync(resource, state => state with { State = KnownResourceStates.Running });
                }
            });
    }
}
