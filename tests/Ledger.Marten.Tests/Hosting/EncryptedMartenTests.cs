using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Conformance.Forgetting;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Hosting;

/// <summary>Encryption in a container of Marten: what its own projections see, and what is left of it when a subject is forgotten.</summary>
public sealed class EncryptedMartenTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    private const string Mail = "jane.doe@example.com";

    [Fact]
    public async Task Container_EncryptionOnMarten_ProjectionsNeverHaveWhatIsForgotten()
    {
        await using var keysDatabase = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using (var keysSource = NpgsqlDataSource.Create(keysDatabase.ConnectionString))
        {
            await new LedgerMigrator(keysSource).ApplyAsync();
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMarten(options =>
        {
            options.Connection(database.DataSource);
            options.Projections.Snapshot<CustomerView>(SnapshotLifecycle.Inline);
        }).AddLedger(options => options with { Registry = EventRegistry.Create(builder => builder.Add(CustomerContext.Default.CustomerNoted)) });
        services.AddLedgerEncryption(options => options with { KeysConnectionString = keysDatabase.ConnectionString, Rules = [new PersonalDataRule("object.created", "$.data.mail", "$.id")] });
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var ledger = provider.GetRequiredService<AgentLedger>();
        var encrypting = ledger.Store.ShouldBeOfType<EncryptingEventStore>();
        var documents = provider.GetRequiredService<IDocumentStore>();
        var run = ledger.GetRun("encrypted");

        await run.AppendAsync([new CustomerNoted("customer-7", Mail, 42, "gold"), new ObjectCreated("customer-7", "Customer", new JsonObject { ["mail"] = Mail, ["plan"] = "gold" })]);

        // Through the container's store as it was; a projection of Marten, and its own reads, have the stored texts, as the database has.
        (await run.ReadAllAsync())[0].Data.ShouldBe(new CustomerNoted("customer-7", Mail, 42, "gold"));
        (await run.FindObjectAsync("customer-7"))!.Data["mail"].GetString().ShouldBe(Mail);
        foreach (var view in await ViewsAsync())
        {
            (view.Plan, view.Count).ShouldBe(("gold", 1));
            view.Mail.ShouldStartWith("ledger:enc:1:");
            view.ObjectMail.ShouldStartWith("ledger:enc:1:");
            (await RevealedAsync(view)).ShouldBe([Mail, Mail]);
        }

        (await database.TextAsync($"select (select count(*) from ledger.mt_events where data::text like '%{Mail}%') + (select count(*) from {await TableAsync()} where data::text like '%{Mail}%') || ''")).ShouldBe("0");

        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll"), "forget", "customer-7"]) { RedirectStandardOutput = true };
        info.Environment["LEDGER_POSTGRES"] = keysDatabase.ConnectionString;
        using (var forget = Process.Start(info)!)
        {
            await forget.WaitForExitAsync();
            forget.ExitCode.ShouldBe(0, await forget.StandardOutput.ReadToEndAsync());
        }

        (await run.FindObjectAsync("customer-7"))!.Data["mail"].GetString().ShouldBe("****");
        ((CustomerNoted)(await run.ReadAllAsync())[0].Data).ShouldBe(new CustomerNoted("customer-7", "****", null, "gold"));
        foreach (var view in await ViewsAsync())
        {
            (await RevealedAsync(view)).ShouldBe(["****", "****"]);
        }

        await Should.ThrowAsync<SubjectForgottenException>(() => run.AppendAsync([new CustomerNoted("customer-7", Mail, null, "gold")]));
        (await encrypting.ReadForwardAsync(run.StreamName).CountAsync()).ShouldBe(2);

        // The stored document of Marten, and one folded by it from the log.
        async Task<CustomerView[]> ViewsAsync()
        {
            await using var session = documents.QuerySession();
            return [(await session.LoadAsync<CustomerView>("run:encrypted"))!, (await session.Events.AggregateStreamAsync<CustomerView>("run:encrypted"))!];
        }

        async Task<string[]> RevealedAsync(CustomerView view)
        {
            var revealed = await encrypting.RevealAsync(JsonSerializer.SerializeToElement(view));
            return [revealed.GetProperty("Mail").GetString()!, revealed.GetProperty("ObjectMail").GetString()!];
        }

        Task<string> TableAsync() => database.TextAsync("select c.oid::regclass::text from pg_class as c where c.relname = 'mt_doc_customerview'");
    }
}

/// <summary>A document of the application.</summary>
public sealed partial class CustomerView
{
    public string Id { get; set; } = "";

    public string Mail { get; set; } = "";

    public string ObjectMail { get; set; } = "";

    public string Plan { get; set; } = "";

    public int Count { get; set; }

    public void Apply(CustomerNoted noted)
    {
        (Mail, Plan) = (noted.Mail, noted.Plan);
        Count++;
    }

    public void Apply(ObjectCreated created) => ObjectMail = created.Data.GetProperty("mail").GetString()!;
}
