using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>An audit says what it did not compare.</summary>
public sealed class NotComparedTests
{
    [Fact]
    public async Task Audit_EventsAfterTheLastCheckpointAndTheSeal_AreCounted()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.FillAsync(4);
        await database.Seal.SealAsync();
        await database.FillAsync(2);

        var (audit, findings) = await database.AuditAsync();

        findings.ShouldBeEmpty();
        (audit.Size, audit.Checkpoints, audit.AfterLastCheckpoint, audit.Unsealed).ShouldBe((48, 1, 5, 3));
    }

    [Fact]
    public async Task Audit_NoCheckpointOfTheKey_IsAFinding()
    {
        await using var database = await SealDatabase.CreateAsync();
        (await database.AuditAsync()).Findings.ShouldBeEmpty();
        await database.FillAsync(25);
        await database.Seal.SealAsync();

        var (audit, findings) = await database.AuditAsync();

        findings.ShouldHaveSingleItem().Message.ShouldBe(
            "The log has no checkpoint that a key which was given has signed, so nothing shows that its events were not changed together with the seal.");
        (audit.IsClean, audit.AfterLastCheckpoint).ShouldBe((false, audit.Size));
        (await database.Seal.AuditAsync()).IsClean.ShouldBeTrue();
    }

    [Fact]
    public async Task Audit_KeptCheckpointBeyondAGap_IsReported()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var kept = await database.SignAsync();
        await database.ForgeAsync("delete from ledger.seal_leaf where leaf = 20");

        (await database.AuditAsync(kept)).Findings.Select(f => f.Message).ShouldContain(
            "A checkpoint that was kept, of size 43, was not compared, because leaves or hashes before it are missing.");
        await database.ForgeAsync("delete from ledger.seal_leaf where leaf >= 30");
        (await database.AuditAsync(kept)).Findings.ShouldContain(f => f.Message.Contains("was not compared", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_KeptCheckpointOfAnotherKey_IsReportedOnce()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var note = await SignedNote.SignAsync((await database.SignAsync()).Text, [SealKey.Generate("example.com/log")]);

        (await database.AuditAsync(note)).Findings.ShouldHaveSingleItem().Message.ShouldBe(
            "A checkpoint that was kept cannot be trusted: it is not signed by a key that was given.");
    }
}
