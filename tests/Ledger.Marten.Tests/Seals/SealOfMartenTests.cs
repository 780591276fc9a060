using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Seal;
using Ledger.Testing;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Seals;

/// <summary>A log that Marten fills is sealed as any other, and what is changed in it is found.</summary>
public sealed class SealOfMartenTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Fact]
    public async Task Seal_EventsOfMartenAndOfTheEngine_ProvesBoth()
    {
        var store = database.CreateStore();
        var (seal, key) = (new LogSeal(database.DataSource), SealKey.Generate("example.com/marten"));
        using var documents = database.CreateStoreOfMartenAlone();
        await using (var session = documents.LightweightSession())
        {
            session.Events.Append("run:of-marten", new KitLoaded("a"), new KitLoaded("b"));
            session.Events.Append("order-7", new KitLoaded("c"));
            await session.SaveChangesAsync();
        }

        await store.AppendAsync(StreamName.Run("of-ledger"), ExpectedVersion.Any, [new KitLoaded("d")]);
        await store.ForkAsync(new BranchFork(StreamName.Run("of-marten"), "kept") { At = new Position(1) });
        (await seal.SealAsync()).ShouldBe(5);
        await seal.CheckpointAsync([key]);

        (await seal.AuditAsync(new SealAuditOptions { Keys = [NoteKey.Parse(key.VerifierKey)] })).ShouldBe(new SealAudit(5, 5, 0, 0, 1, 0, 0, 0));
        using var file = new MemoryStream();
        await seal.WriteRunAsync(StreamName.Branch("kept"), file);
        file.Position = 0;
        var verdict = await SealFile.VerifyAsync(file, [NoteKey.Parse(key.VerifierKey)]);
        (verdict.IsValid, verdict.Events).ShouldBe((true, 2));

        // Marten's masking changes the row: without its payload forgotten before, it is a change.
        await database.ExecuteAsync("update ledger.mt_events set data = '{}' where stream_id = 'order-7'");
        var found = new List<SealFinding>();
        await seal.AuditAsync(new SealAuditOptions { OnFinding = found.Add });
        found.ShouldHaveSingleItem().Columns.ShouldBe(["data"]);
    }

    [Fact]
    public async Task AddLedgerSealing_InAnApplicationOfMarten_SealsWhatSessionsWrite()
    {
        await using var own = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(own.ConnectionString);
        var key = SealKey.Generate("example.com/marten");
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMarten(options => options.Connection(dataSource)).AddLedger();
        services.AddLedgerSealing(_ => new SealOptions { Signers = [key], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) });
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();
        var hosted = provider.GetServices<IHostedService>().Single(service => service.GetType().Name == "SealService");
        await hosted.StartAsync(CancellationToken.None);
        await using (var session = provider.GetRequiredService<IDocumentStore>().LightweightSession())
        {
            session.Events.Append("run:of-an-application", new KitLoaded("a"), new KitLoaded("b"));
            await session.SaveChangesAsync();
        }

        var seal = provider.GetRequiredService<LogSeal>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await seal.FindCheckpointAsync(patience.Token) is null)
        {
            await Task.Yield();
        }

        await hosted.StopAsync(CancellationToken.None);
        (await seal.AuditAsync(new SealAuditOptions { Keys = [NoteKey.Parse(key.VerifierKey)] })).ShouldBe(new SealAudit(2, 2, 0, 0, 1, 0, 0, 0));
    }
}
