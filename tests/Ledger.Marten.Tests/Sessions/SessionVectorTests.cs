using Ledger.Conformance.Records;
using Ledger.Marten.Streams;
using Ledger.Records;
using Marten;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>The steps of the vectors in sessions have the hashes that they have in every engine.</summary>
public sealed class SessionVectorTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    public static TheoryData<string> Cases => new("01-one-record", "02-unicode-and-numbers", "03-delete-and-reupsert", "07-six-records-untouched", "21-120-upserts");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Steps_Vector_InSessionsOfThree_LeaveItsEvents(string name)
    {
        var vector = ChronoVector.Load(name);
        var project = $"p-{Guid.NewGuid():N}";
        var documents = database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var clock = new FakeTimeProvider();
        var depth = 0L;
        var session = documents.LightweightSession();
        foreach (var (step, i) in vector.Steps().Select((step, i) => (step, i)))
        {
            if (i % 3 == 2)
            {
                await session.SaveChangesAsync();
                await session.DisposeAsync();
                session = documents.LightweightSession();
            }

            clock.AdjustTime(step.Find("ts") is null ? clock.GetUtcNow() : ChronoVector.TimeOf(step));
            var records = session.Ledger().Records(project, new ChronoOptions { TimeProvider = clock, RecursionDepth = depth });
            var written = step.Find("do")!.Text switch
            {
                "upsert" => await records.UpsertAsync(ChronoRecord.FromValue(step.Find("record")!)),
                "delete" => await records.DeleteAsync(step.Find("id")!.Text!),
                _ => null,
            };
            depth = step.Find("do")!.Text == "open" ? ChronoVector.IntegerOf(step.Find("recursion_depth")) ?? 0 : depth;
            written?.Seq.ShouldBe(ChronoVector.IntegerOf(step.Find("seq"))!.Value);
            written?.Hash.ShouldBe(step.Find("hash")?.Text ?? written.Hash);
        }

        await session.SaveChangesAsync();
        await session.DisposeAsync();

        await using var saved = new ChronoStore(store, project);
        (await saved.ReadRecordsAsync().ToListAsync()).ShouldBe(vector.Folder.Open().Records);
        (await saved.ReplayAsync().Select(e => e.ToLine()).ToListAsync()).ShouldBe(vector.Folder.Replay().Select(e => e.ToLine()));
        (await saved.VerifyChainAsync(new ChronoVerification { Deep = true })).Warnings.ShouldBeEmpty();
    }
}
