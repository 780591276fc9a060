using Ledger.Forgetting;
using Ledger.Records;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>A deleted salt hides no change: an event has to say that the payload was masked.</summary>
public sealed class ErasedTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"kit": null, "parts": ["****", {"of": ""}]}""", true)]
    [InlineData("""{"kit": "forged"}""", false)]
    [InlineData("""{"kit": 0}""", false)]
    [InlineData(null, false)]
    public async Task Audit_PayloadWithoutItsSalt_IsFoundUntilAnEventSaysThatItWasMasked(string? payload, bool isBlank)
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var id = await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 7");
        await database.Seal.ForgetPayloadAsync(id);
        await database.ForgeAsync($"update ledger.mt_events set data = {(payload is null ? "data" : $"'{payload}'")} where seq_id = 7");

        var (audit, findings) = await database.AuditAsync();

        var finding = findings.ShouldHaveSingleItem();
        (finding.Kind, finding.Leaf, finding.Sequence, string.Join(' ', finding.Columns)).ShouldBe((SealFindingKind.Unproved, 6, 7, "data"));
        finding.Message.ShouldBe($"The salt of the payload of the event {id}, leaf 6, was deleted, " + (isBlank
            ? "and so was what it said; no event says that it was masked. If that was asked for, 'ledger mask --replaced' says so."
            : "and the event still has a payload, which nothing proves."));
        (audit.Erased, audit.Events).ShouldBe((0, audit.Size - 1));
        if (!isBlank)
        {
            return;
        }

        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfReplaced([id], "asked"));
        var erased = new List<ErasedPayload>();
        (await database.Seal.AuditAsync(new SealAuditOptions { Keys = database.Keys, OnErased = erased.Add })).Erased.ShouldBe(1);
        var (by, at) = (await database.ScalarAsync<Guid>("select id from ledger.mt_events where type = 'event.masked'"), await database.ScalarAsync<long>("select seq_id from ledger.mt_events where type = 'event.masked'"));
        erased.ShouldBe([new ErasedPayload(6, 7, id, "run:a", 4) { Columns = ErasedColumns.Data, By = by, BySequence = at, IsReplaced = true }]);
        await database.ForgeAsync("update ledger.mt_events set bdata = '\\x01' where seq_id = 7");
        (await database.AuditAsync()).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Unproved);
    }

    [Fact]
    public async Task Audit_HeadersWithoutTheirSalt_AreFound()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        (await Should.ThrowAsync<PostgresException>(() => database.ForgeAsync("update ledger.seal_leaf set headers_salt = null where seq = 7"))).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
        await database.ForgeAsync("""
            alter table ledger.seal_leaf drop constraint ck_seal_leaf_headers;
            update ledger.seal_leaf set headers_salt = null where seq = 7;
            update ledger.mt_events set headers = '{"actor": "forged"}' where seq_id = 7
            """);

        var (audit, findings) = await database.AuditAsync();

        findings.Select(f => $"{f.Kind} {f.Leaf} {string.Join('+', f.Columns)}").ShouldBe(["SealDamaged 6 ", "Changed 6 headers"]);
        audit.Events.ShouldBe(audit.Size - 1);
    }

    [Fact]
    public async Task Audit_CommitmentsOfAnotherLength_AreFound()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.Seal.ForgetPayloadAsync(await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 7"));
        await database.ForgeAsync("""
            alter table ledger.seal_leaf drop constraint ck_seal_leaf_commitments;
            update ledger.mt_events set data = '{}' where seq_id = 7;
            update ledger.seal_leaf set data_commitment = data_commitment || '\x00' where seq = 7
            """);

        (await database.AuditAsync()).Findings.ShouldContain(f => f.Kind == SealFindingKind.SealDamaged && f.Leaf == 6 && f.Message.Contains("has lost a salt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_ArchivedPayloadWithoutItsSalt_IsFound()
    {
        await using var database = await SealDatabase.CreateAsync();
        await using var records = new ChronoStore(database.Store, "kettle");
        for (var i = 0; i < 5; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim-1", Kind = "requirement", Label = $"It boils at {i}.", Status = "active" });
        }

        await database.SignAsync();
        await database.Seal.ForgetPayloadAsync(await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 2"));
        await records.CompactAsync();
        await database.SignAsync();
        await database.ForgeAsync("update ledger.chrono_archive set data = data || '{\"forged\": 1}' where version = 2");

        (await database.AuditAsync()).Findings.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            f => f.Kind.ShouldBe(SealFindingKind.Unproved), f => f.Sequence.ShouldBe(2));
        await database.ForgeAsync("update ledger.chrono_archive set data = '{}' where version = 2");
        (await database.AuditAsync()).Findings.ShouldHaveSingleItem().Message.ShouldContain("no event says that it was masked");
    }
}
