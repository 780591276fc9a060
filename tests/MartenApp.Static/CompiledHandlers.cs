using JasperFx;
using JasperFx.CodeGeneration;

[assembly: HostingStartup(typeof(MartenApp.CompiledHandlers))]

namespace MartenApp;

/// <summary>The line that a production build adds to the program, which stays as the README shows it.</summary>
public sealed class CompiledHandlers : IHostingStartup
{
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services =>
        services.CritterStackDefaults(defaults => defaults.Production.GeneratedCodeMode = TypeLoadMode.Static));
}
