using Aspire.Hosting.ApplicationModel;
using Ledger.Hosting.Aspire;
using Ledger.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

/// <summary>Adds logs of Ledger to an Aspire application.</summary>
public static class LedgerResourceExtensions
{
    /// <summary>Adds a database of the given name to a server, with a log of Ledger in it.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>The schema is updated before the explorer starts, unless <paramref name="migrate"/> says otherwise: then the command Migrate does it.</item>
    /// <item>The explorer is an endpoint with a link in the dashboard; the resource is healthy while it and the database answer. Its program is the .NET tool <c>Ledger.Cli</c>; without it the log works, but the resource fails to start, and so does what waits for it.</item>
    /// <item>The commands Migrate, Verify and Rebuild work on the database by themselves, and need no tool.</item>
    /// </list>
    /// </remarks>
    /// <param name="postgres">The server.</param>
    /// <param name="name">The name of the resource, under which an application finds the connection string. The database's resource is <c>{name}-db</c>.</param>
    /// <param name="migrate">Whether the schema is updated at the start. Default: it is.</param>
    /// <param name="command">The program that serves the explorer: a name on the path, or a path. Default: <c>ledger</c>.</param>
    public static IResourceBuilder<LedgerResource> AddLedger(
        this IResourceBuilder<PostgresServerResource> postgres, [ResourceName] string name, AutoMigrate migrate = AutoMigrate.AtStart, string command = "ledger")
    {
        ArgumentNullException.ThrowIfNull(postgres);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return postgres.AddDatabase($"{name}-db", name).AddLedger(name, migrate, command);
    }

    /// <summary>Adds a log of Ledger in a database; otherwise as the same on a server.</summary>
    /// <param name="database">The database, which the log may share with an application.</param>
    /// <param name="name">The name of the resource, under which an application finds the connection string; not that of the database's resource.</param>
    /// <param name="migrate">Whether the schema is updated at the start. Default: it is.</param>
    /// <param name="command">The program that serves the explorer: a name on the path, or a path. Default: <c>ledger</c>.</param>
    public static IResourceBuilder<LedgerResource> AddLedger(
        this IResourceBuilder<PostgresDatabaseResource> database, [ResourceName] string name, AutoMigrate migrate = AutoMigrate.AtStart, string command = "ledger")
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(command);
        var resource = new LedgerResource(name, database.Resource, command);
        var ledger = database.ApplicationBuilder.AddResource(resource)
            .WithHttpEndpoint(name: LedgerResource.ExplorerEndpointName)
            .WithHttpHealthCheck("/health/ready", endpointName: LedgerResource.ExplorerEndpointName)
            .WithUrlForEndpoint(LedgerResource.ExplorerEndpointName, url => url.DisplayText = "Explorer")
            .WithEnvironment("LEDGER_POSTGRES", database.Resource.ConnectionStringExpression)
            .WithArgs("serve", "--port", resource.ExplorerEndpoint.Property(EndpointProperty.TargetPort))
            .WithRelationship(database.Resource, "Database")
            .WaitFor(database)
            .ExcludeFromManifest();
        if (migrate is AutoMigrate.AtStart)
        {
            ledger.OnBeforeResourceStarted(async (starting, started, cancellationToken) =>
            {
                await started.Services.GetRequiredService<ResourceNotificationService>()
                    .WaitForResourceHealthyAsync(starting.Database.Name, cancellationToken).ConfigureAwait(false);
                await LedgerOperations.MigrateAsync(await ConnectionStringOfAsync(starting, cancellationToken).ConfigureAwait(false), cancellationToken)
                    .ConfigureAwait(false);
            });
        }

        return ledger
            .WithOperation("migrate", "Migrate", LedgerOperations.MigrateAsync, new() { Description = "Updates the schema of the log.", IconName = "ArrowSyncCheckmark" })
            .WithOperation("verify", "Verify", LedgerOperations.VerifyAsync, new() { Description = "Compares the schema with what this version expects.", IconName = "ShieldCheckmark" })
            .WithOperation("rebuild", "Rebuild", LedgerOperations.RebuildAsync, new()
            {
                Description = "Builds the rows of worlds, tasks and records again from the log.",
                ConfirmationMessage = "Build the rows again? Writers go on meanwhile, but a long log takes minutes.",
                IconName = "DatabaseArrowRight",
            });
    }

    private static IResourceBuilder<LedgerResource> WithOperation(
        this IResourceBuilder<LedgerResource> ledger, string name, string displayName, Func<string, CancellationToken, Task<string>> operation, CommandOptions options) =>
        ledger.WithCommand(
            name,
            displayName,
            async context =>
            {
#pragma warning disable CA1031 // The dashboard shows why a command failed.
                try
                {
                    return CommandResults.Success(await operation(
                        await ConnectionStringOfAsync(ledger.Resource, context.CancellationToken).ConfigureAwait(false), context.CancellationToken).ConfigureAwait(false));
                }
                catch (Exception fault)
                {
                    return CommandResults.Failure(PostgresFaults.Describe(fault) ?? fault.Message);
                }
#pragma warning restore CA1031
            },
            options);

    private static async Task<string> ConnectionStringOfAsync(LedgerResource resource, CancellationToken cancellationToken) =>
        await resource.ConnectionStringExpression.GetValueAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new InvalidOperationException($"The database of '{resource.Name}' has no address yet. Start it first.");
}
