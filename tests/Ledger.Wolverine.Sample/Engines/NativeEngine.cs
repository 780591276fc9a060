using Ledger.Postgres;
using Ledger.Wolverine.Sample.Steps;
using Npgsql;
using Wolverine;
using Wolverine.Postgresql;

namespace Ledger.Wolverine.Sample.Engines;

/// <summary>The log by the native engine, beside Wolverine's messages in the same database.</summary>
internal static class NativeEngine
{
    public static void AddNativeEngine(this WebApplicationBuilder builder, string connectionString, Action<WolverineOptions> nodes)
    {
        // sample: Wolverine without Marten
        var dataSource = NpgsqlDataSource.Create(connectionString);
        builder.Services.AddSingleton(dataSource)
            .AddLedger(options => options with { AutoMigrate = AutoMigrate.AtStart })
            .AddLedgerDaemon()
            .AddLedgerEventForwarding("notices");
        builder.Host.UseWolverine(options =>
        {
            options.UseLedger();
            options.PersistMessagesWithPostgresql(dataSource);
            options.Policies.UseDurableLocalQueues();
        });
        // end of sample
        builder.Services.ConfigureWolverine(options =>
        {
            // The others store documents.
            options.Discovery.DisableConventionalDiscovery().IncludeType<TakeStepHandler>();
            nodes(options);
        });
    }
}
