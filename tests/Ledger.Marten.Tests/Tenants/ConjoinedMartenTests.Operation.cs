using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Seal;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Tenants;

public sealed partial class ConjoinedMartenTests
{
    [Fact]
    public async Task SealAndRetention_OfWhatSessionsWrote_AreThoseOfOneTenant()
    {
        var documents = NewStore(o => o.SnapshotWorlds(ProjectionLifecycle.Inline));
        foreach (var tenant in new[] { "sealed-acme", "sealed-bolt" })
        {
            await database.Map.AddAsync(tenant);
            await using var session = documents.LightweightSession(tenant);
            session.Events.Append("order", new KitLoaded($"{tenant} 1"), new KitLoaded($"{tenant} 2"));
            var run = session.Ledger().GetRun(EveryCall.Id);
            await run.AppendAsync([EveryCall.New(new ObjectCreated("o", "Claim"), 10), EveryCall.New(new ObjectCreated(tenant, "Claim", new JsonObject { ["of"] = tenant }), 11)]);
            await (await run.ForkAsync(options: new ForkOptions { Id = "branch" })).AppendAsync([new ObjectCreated("in the branch", "Claim")]);
            await session.SaveChangesAsync();
            await (await new MartenTenants(documents).ForTenantAsync(tenant)).Store.AppendAsync(StreamName.Run("other"), ExpectedVersion.NoStream, [new KitLoaded(tenant)]);
        }

        var (acme, bolt) = (await SealedAsync("sealed-acme"), await SealedAsync("sealed-bolt"));
        (acme.Size, bolt.Size).ShouldBe((7, 7));

        // Masked through Marten's engine, and proved as the tenant's.
        var masking = new EventMasking((await new MartenTenants(documents).ForTenantAsync("sealed-acme")).Store);
        (await masking.MaskAsync(MaskRequest.OfEvents([EveryCall.New(new KitLoaded(""), 11).Id], "asked") with { Paths = ["$.data.of"] })).Masked.ShouldBe(1);
        await acme.Seal.SealAsync();
        (await acme.AuditAsync()).ShouldBeEmpty();
        (await bolt.AuditAsync()).ShouldBeEmpty();
        using (var file = new MemoryStream())
        {
            await acme.Seal.WriteRunAsync(StreamName.Branch("branch"), file);
            file.Position = 0;
            (await SealFile.VerifyAsync(file, [NoteKey.Parse(acme.Key.VerifierKey)])).IsValid.ShouldBeTrue();
            file.Position = 0;
            (await SealFile.VerifyAsync(file, [NoteKey.Parse(bolt.Key.VerifierKey)])).IsValid.ShouldBeFalse();
        }

        // What retention removes is gone for Marten's sessions of the tenant, with what follows from it, and comes back to the byte.
        await database.ScalarAsync<int>("update ledger.mt_streams set timestamp = timestamp - interval '60 days' where tenant_id like 'sealed-%'; select 1");
        var (before, others) = (await StreamsAsync("sealed-acme"), await StreamsAsync("sealed-bolt"));
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;
        var retention = new LogRetention(acme.Log.DataSource, acme.Log.Options);
        var report = await retention.RunAsync(new RetentionOptions { Policies = [new RetentionPolicy { Name = "old", OlderThan = TimeSpan.FromDays(30) }], Folder = folder });
        report.Streams.Where(s => s.State == RetentionState.Removed).Select(s => s.Stream.Value).ShouldBe(["branch:branch", "order", "run:other", "run:same"], ignoreOrder: true);
        (await StreamsAsync("sealed-acme")).ShouldBe(["run:same world absent"]);
        (await StreamsAsync("sealed-bolt")).ShouldBe(others);
        await acme.Seal.SealAsync();
        (await acme.AuditAsync()).ShouldBeEmpty();
        foreach (var archive in report.Streams.Where(s => s.File is not null).Reverse())
        {
            await using var file = File.OpenRead(Path.Combine(folder, archive.File!));
            await retention.RestoreAsync(file);
        }

        (await StreamsAsync("sealed-acme")).Where(line => !line.Contains("world", StringComparison.Ordinal)).ShouldBe(before.Where(line => !line.Contains("world", StringComparison.Ordinal)));
        await acme.Seal.SealAsync();
        (await acme.AuditAsync()).ShouldBeEmpty();
        (await bolt.AuditAsync()).ShouldBeEmpty();
        await using (var session = documents.LightweightSession("sealed-acme"))
        {
            await session.Ledger().GetRun(EveryCall.Id).AppendAsync([new ObjectCreated("later", "Claim")]);
            await session.SaveChangesAsync();
            (await session.LoadAsync<LedgerWorld>("run:same"))!.Objects.Select(o => o.Id).ShouldBe(["later", "o", "sealed-acme"], ignoreOrder: true);
        }

        Directory.Delete(folder, recursive: true);

        // As Marten reads them.
        async Task<List<string>> StreamsAsync(string tenant)
        {
            await using var session = documents.QuerySession(tenant);
            var lines = new List<string>();
            foreach (var stream in new[] { "order", "run:same", "branch:branch", "run:other" })
            {
                lines.AddRange((await session.Events.FetchStreamAsync(stream)).Select(e => $"{stream} {e.Version} {e.Id} {e.Timestamp:O} {e.EventTypeName}"));
            }

            lines.Add($"run:same world {(await session.LoadAsync<LedgerWorld>("run:same") is { } world ? string.Join(", ", world.Objects.Select(o => o.Id)) : "absent")}");
            return lines;
        }
    }

    private async Task<SealedLog> SealedAsync(string tenant)
    {
        var ledger = await database.Ledgers.ForTenantAsync(tenant);
        var made = new SealedLog(ledger, new LogSeal(ledger.DataSource, new PostgresOptions { Tenancy = Postgres.Tenancy.Conjoined }), SealKey.Generate($"example.com/{tenant}"));
        await made.Seal.SealAsync();
        await made.Seal.CheckpointAsync([made.Key]);
        return made with { Size = (await made.Seal.GetStatusAsync()).Size };
    }

    private sealed record SealedLog(TenantLedger Log, LogSeal Seal, SealKey Key)
    {
        public long Size { get; init; }

        public async Task<List<SealFinding>> AuditAsync()
        {
            var findings = new List<SealFinding>();
            await Seal.AuditAsync(new SealAuditOptions { Keys = [NoteKey.Parse(Key.VerifierKey)], OnFinding = findings.Add });
            return findings;
        }
    }
}
