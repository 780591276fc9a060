using Ledger.Postgres;
using Ledger.Projections;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddLedger(options => options with
{
    ConnectionString = builder.Configuration.GetConnectionString("Ledger"),
    AutoMigrate = AutoMigrate.AtStart,
});

// Each event of a run reaches the subscription at least once: where it stands is stored, and found again after a restart. Nodes share the work.
builder.Services.AddLedgerDaemon();
builder.Services.AddSingleton(services =>
{
    var log = services.GetRequiredService<ILogger<Subscription>>();
    return new Subscription("worker", (recorded, _) =>
    {
        log.LogInformation("{Stream}@{Version} {Type}", recorded.Stream, recorded.Version, recorded.Type);
        return Task.CompletedTask;
    })
    {
        Filter = new EventFilter { StreamPrefix = "run:" },
    };
});

await builder.Build().RunAsync();
