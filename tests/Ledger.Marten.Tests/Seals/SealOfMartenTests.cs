using Ledger.Log;
using Ledger.Seal;
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
}
