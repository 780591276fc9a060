using JasperFx.Events.Projections;
using Ledger.Testing;
using Ledger.Wolverine.Tests.Handling;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Postgresql;
using Xunit;

namespace Ledger.Wolverine.Tests.Http;

/// <summary>A web application with Wolverine's endpoints and a database of its own; the engines derive from it.</summary>
public abstract class HttpApplication : IAsyncLifetime
{
    private TestDatabase? _database;
    private WebApplication? _application;

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(2) };

    public IServiceProvider Services => _application!.Services;

    public AgentLedger Ledger => Services.GetRequiredService<AgentLedger>();

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        DataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(Tally.Aggregate);
        AddLedger(builder.Services);
        builder.Services.AddWolverineHttp();
        builder.Host.UseWolverine(options =>
        {
            options.UseLedger();
            options.Durability.Mode = DurabilityMode.Solo;
            options.ApplicationAssembly = typeof(HttpApplication).Assembly;
            options.Discovery.DisableConventionalDiscovery();
            Configure(options);
        });
        _application = builder.Build();
        _application.MapWolverineEndpoints(options => options.UseLedger());
        await _application.StartAsync();
        Http.BaseAddress = new Uri(_application.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _application!.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database!.DisposeAsync();
    }

    protected abstract void AddLedger(IServiceCollection services);

    protected virtual void Configure(WolverineOptions options)
    {
    }
}

/// <summary>Ledger through Marten.</summary>
public sealed class MartenHttpApplication : HttpApplication
{
    protected override void AddLedger(IServiceCollection services) => services
        .AddMarten(options =>
        {
            options.Connection(DataSource);
            options.DisableNpgsqlLogging = true;
            options.Projections.SnapshotOfHistory<Shelf>(SnapshotLifecycle.Inline);
        })
        .AddLedger()
        .ApplyAllDatabaseChangesOnStartup()
        .IntegrateWithWolverine(integration => integration.MessageStorageSchemaName = "wolverine");
}

/// <summary>Ledger by its native engine.</summary>
public sealed class NativeHttpApplication : HttpApplication
{
    protected override void AddLedger(IServiceCollection services) =>
        services.AddSingleton(DataSource).AddLedger(options => options with { AutoMigrate = Postgres.AutoMigrate.AtStart });

    protected override void Configure(WolverineOptions options) => options.PersistMessagesWithPostgresql(DataSource, "wolverine");
}
