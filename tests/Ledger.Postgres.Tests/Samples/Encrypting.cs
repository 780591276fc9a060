using System.Text.Json.Nodes;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Forgetting;
using Ledger.Postgres.Schema;
using Ledger.Tasks;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The sample of an application whose container encrypts personal data.</summary>
public sealed class Encrypting
{
    [Fact]
    public async Task Sample_Container_EncryptsInTheLogAndForgets()
    {
        var postgres = await TestPostgres.SharedAsync();
        await using var logDatabase = await postgres.CreateDatabaseAsync();
        await using var keysDatabase = await postgres.CreateDatabaseAsync();
        var (log, keys) = (logDatabase.ConnectionString, keysDatabase.ConnectionString);
        await using var keysSource = NpgsqlDataSource.Create(keys);
        await new LedgerMigrator(keysSource).ApplyAsync();
        PersonalDataRule[] rules = [new("object.created", "$.data.mail", "$.id")];
        var services = new ServiceCollection();
        Should.Throw<InvalidOperationException>(() => services.AddLedgerEncryption()).Message.ShouldContain("call AddLedger before");

        // sample: encryption in the container
        services.AddLedger(options => options with { ConnectionString = log });
        services.AddLedgerEncryption(options => options with { KeysConnectionString = keys, Rules = rules });

        // end of sample
        services.AddLedgerEncryption();
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();
        provider.GetRequiredService<TaskLedger>().ShouldNotBeNull();
        var runs = provider.GetRequiredService<AgentLedger>();
        runs.Store.ShouldBeOfType<EncryptingEventStore>().ShouldBeSameAs(provider.GetRequiredService<IEventStore>());
        var run = runs.GetRun("r");
        await run.AppendAsync([new ObjectCreated("customer-7", "Customer", new JsonObject { ["mail"] = "jane" })]);

        (await run.FindObjectAsync("customer-7"))!.Data["mail"].GetString().ShouldBe("jane");
        var stored = await provider.GetRequiredService<PostgresEventStore>().ReadForwardAsync(run.StreamName).SingleAsync();
        stored.ToJsonElement().GetProperty("data").GetProperty("mail").GetString()!.ShouldStartWith("ledger:enc:1:");
        (await new PostgresSubjectKeys(keysSource).FindAsync(["customer-7"])).ShouldHaveSingleItem();

        await provider.GetRequiredService<ISubjectKeys>().ForgetAsync("customer-7");
        (await run.FindObjectAsync("customer-7"))!.Data["mail"].GetString().ShouldBe("****");
        (await new PostgresSubjectKeys(keysSource).ListForgottenAsync().Select(one => one.Subject).ToListAsync()).ShouldBe(["customer-7"]);
    }
}
