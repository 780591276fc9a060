using System.Globalization;
using DotNet.Testcontainers.Configurations;
using Testcontainers.PostgreSql;

namespace Ledger.Testing.Containers;

/// <summary>Servers in containers, which Testcontainers removes on disposal or after the process has ended.</summary>
/// <remarks>Found by its name: <see cref="ContainerEngine"/> has it.</remarks>
internal sealed class PostgresContainers : ContainerEngine
{
    private const string Image = "postgres:17";

    /// <inheritdoc/>
    public override bool IsAvailable => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null;

    /// <inheritdoc/>
    public override async Task<ContainerServer> StartAsync(TestPostgresOptions options, CancellationToken cancellationToken)
    {
        var settings = options.AllSettings().SelectMany(setting => new[] { "-c", string.Create(CultureInfo.InvariantCulture, $"{setting.Key}={setting.Value}") });
        var container = new PostgreSqlBuilder(Image).WithCommand([.. settings]).Build();
        try
        {
            await container.StartAsync(cancellationToken).WaitAsync(options.Timeout, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            return new ContainerServer(container.GetConnectionString() + ";Pooling=false", container);
        }
        catch
        {
            await container.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
