using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Log;
using Ledger.Testing;
using Ledger.Wolverine.Tests.Forwarding;
using Ledger.Wolverine.Tests.Handling;
using Ledger.Wolverine.Tests.Http;
using Ledger.Wolverine.Tests.Messages;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Marten;
using Wolverine.Postgresql;
using Wolverine.Tracking;
using Xunit;

namespace Ledger.Wolverine.Tests;

/// <summary>An application of Wolverine with a database of its own; the engines derive from it.</summary>
public abstract class WolverineApplication : IAsyncLifetime
{
    private TestDatabase? _database;
    private IHost? _host;

    public IHost Host => _host!;

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public AgentLedger Ledger => Host.Services.GetRequiredService<AgentLedger>();

    public IEventStore Store => Host.Services.GetRequiredService<IEventStore>();

    public string ConnectionString => _database!.ConnectionString;

    public async Task InitializeAsync()
    {
        var server = await TestPostgres.SharedAsync();
        _database = await server.CreateDatabaseAsync();
        DataSource = NpgsqlDataSource.Create(ConnectionString + ";Maximum Pool Size=60");
        await ExecuteAsync("create table note (id text primary key, body text not null)");
        _host = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Host.StopAsync();
        Host.Dispose();
        await DataSource.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>A further host of the same application.</summary>
    public async Task<IHost> StartAsync(Action<WolverineOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var host = CreateBuilder(configure, services).Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>How a host of the application is made.</summary>
    public HostApplicationBuilder CreateBuilder(
        Action<WolverineOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        ExtensionDiscovery discovery = ExtensionDiscovery.Automatic)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(Tally.Aggregate);
        builder.Services.AddSingleton<Heard>();
        AddLedger(builder.Services);
        services?.Invoke(builder.Services);
        builder.Services.AddWolverine(discovery, options =>
        {
            options.UseLedger();
            options.UseLedgerRunner();
            options.Durability.Mode = DurabilityMode.Solo;
            options.Durability.MessageDeduplicationMode = MessageDeduplicationMode.CompareByHash;
            options.Durability.ScheduledJobPollingTime = TimeSpan.FromSeconds(1);
            options.ApplicationAssembly = typeof(WolverineApplication).Assembly;
            options.Discovery.DisableConventionalDiscovery();
            Array.ForEach(HandlerTypes, type => options.Discovery.IncludeType(type));
            options.Policies.UseDurableLocalQueues();
            options.OnException<TimeoutException>().RetryTimes(2);
            Configure(options);
            configure?.Invoke(options);
        });
        return builder;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Has a message handled, and waits until what follows is handled too. Wolverine's own methods wait for five seconds, in which a loaded machine may still compile a handler.</summary>
    public Task<ITrackedSession> InvokeAndWaitAsync(object message) => ExecuteAndWaitAsync(context => context.InvokeAsync(message));

    /// <summary>Does something, and waits until the messages that follow are handled.</summary>
    public Task<ITrackedSession> ExecuteAndWaitAsync(Func<IMessageContext, Task> action) => Host.TrackActivity().Timeout(TimeSpan.FromMinutes(2)).ExecuteAndWaitAsync(action);

    /// <summary>Whether nothing is left to be sent or handled.</summary>
    public async Task<bool> IsDrainedAsync() => await CountAsync(
        "select (select count(*) from wolverine.wolverine_outgoing_envelopes)"
        + " + (select count(*) from wolverine.wolverine_incoming_envelopes where status <> 'Handled')"
        + " + (select count(*) from wolverine.wolverine_dead_letters)") == 0;

    protected virtual Type[] HandlerTypes => [typeof(ClaimHandler), typeof(TallyHandler), typeof(RunHandler), typeof(ContinueHandler), typeof(ForwardedHandler), typeof(DeliveryHandler)];

    protected abstract void AddLedger(IServiceCollection services);

    protected virtual void Configure(WolverineOptions options)
    {
    }
}

/// <summary>Ledger through Marten.</summary>
public sealed class MartenApplication : WolverineApplication
{
    protected override Type[] HandlerTypes => [.. base.HandlerTypes, typeof(DocumentHandler), typeof(ShelfHandler), typeof(RecordHandler)];

    protected override void AddLedger(IServiceCollection services) => services
        .AddMarten(options =>
        {
            options.Connection(DataSource);
            options.DatabaseSchemaName = "documents";
            options.DisableNpgsqlLogging = true;
            options.Projections.Snapshot<Board>(SnapshotLifecycle.Inline);
            options.Projections.SnapshotOfHistory<Shelf>(SnapshotLifecycle.Inline);
        })
        .AddLedger()
        .AddAsyncDaemon(DaemonMode.Solo)
        .ApplyAllDatabaseChangesOnStartup()
        .IntegrateWithWolverine(integration => integration.MessageStorageSchemaName = "wolverine")
        .ProcessEventsWithWolverineHandlersInStrictOrder("handlers");
}

/// <summary>Ledger by its native engine.</summary>
public sealed class NativeApplication : WolverineApplication
{
    protected override Type[] HandlerTypes => [.. base.HandlerTypes, typeof(RowHandler)];

    protected override void AddLedger(IServiceCollection services) =>
        services.AddSingleton(DataSource)
            .AddLedger(options => options with { AutoMigrate = Postgres.AutoMigrate.AtStart })
            .AddLedgerDaemon()
            .AddLedgerEventForwarding("handlers");

    protected override void Configure(WolverineOptions options) => options.PersistMessagesWithPostgresql(DataSource, "wolverine");
}
