using System.Globalization;
using DotNet.Testcontainers.Configurations;
using Testcontainers.PostgreSql;

namespace Ledger.Testing.Containers;

/// <summary>A server in a container, which Testcontainers removes on disposal or after the process has ended.</summary>
internal sealed class ContainerServer : IAsyncDisposable
{
    private const string Image = "postgres:17";
    private readonly PostgreSqlContainer _container;

    private ContainerServer(PostgreSqlContainer container) => _container = container;

    /// <summary>Whether a container engine answers; checked once per process.</summary>
    internal static bool IsAvailable => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null;

    /// <summary>The connection string of the database <c>postgres</c>.</summary>
    internal string Administration => _container.GetConnectionString() + ";Pooling=false";

    /// <summary>Starts a server in a container, with the same settings as an own server.</summary>
    internal static async Task<ContainerServer> StartAsync(TestPostgresOptions options, CancellationToken cancellationToken)
    {
        var settings = options.AllSettings().SelectMany(setting => new[] { "-c", string.Create(CultureInfo.InvariantCulture, $"{setting.Key}={setting.Value}") });
        var container = new PostgreSqlBuilder(Image).WithCommand([.. settings]).Build();
        try
        {
            await container.StartAsync(cancellationToken).WaitAsync(options.Timeout, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            return new ContainerServer(container);
        }
        catch
        {
            await container.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
