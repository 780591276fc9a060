using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;

namespace Ledger.Mcp;

/// <summary>Maps the endpoints of the protocol's package.</summary>
internal static class ToolEndpoints
{
    /// <summary>Maps a server that is apart from the application's own: the package finds its one server in the container.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string path, Action<McpServerOptions> serve, Action<HttpServerTransportOptions> transport)
    {
        var application = endpoints.ServiceProvider;
        var services = new ServiceCollection();
        services.AddSingleton(application.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(application.GetService<TimeProvider>() ?? TimeProvider.System);
        var lifetime = application.GetService<IHostApplicationLifetime>();
        if (lifetime is not null)
        {
            services.AddSingleton(lifetime);
        }

        services.AddMcpServer(serve).WithHttpTransport(options =>
        {
            options.SessionMode = HttpServerSessionMode.Stateless;
            transport(options);
        });
        var provider = services.BuildServiceProvider();
        lifetime?.ApplicationStopped.Register(provider.Dispose);
        return new OwnServices(endpoints, provider).MapMcp(path);
    }

    /// <summary>The endpoints of the application with other services.</summary>
    private sealed class OwnServices(IEndpointRouteBuilder endpoints, IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources => endpoints.DataSources;

        public IApplicationBuilder CreateApplicationBuilder() => endpoints.CreateApplicationBuilder();
    }
}
