using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Records;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Forgetting;

/// <summary>A masked log is still the one that was sealed, and an audit says what was masked by which event.</summary>
public sealed class MaskedTests
{
    [Fact]
    public async Task Audit_MaskedInPart_SaysByWhichEventAndFindsAnyOtherPayload()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var run = new AgentLedger(database.Store).GetRun("customers");
        await run.AppendAsync([new ObjectCreated("c1", "Customer", new JsonObject { ["mail"] = "jane", ["plan"] = "gold" })]);
        var kept = await database.SignAsync();
        var masked = (await run.ReadAllAsync())[0];
        var masking = new EventMasking(database.Store);

        await masking.MaskAsync(MaskRequest.OfEvents([masked.Id], "asked") with { Paths = ["$.data.mail"] });

        await database.SignAsync();
        var (erased, findings) = await AuditAsync(database, kept);
        findings.ShouldBeEmpty();
        var by = (await database.Store.ReadForwardAsync(EventMasked.StreamOf(run.StreamName)).SingleAsync()).Id;
        erased.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Id.ShouldBe(masked.Id), e => e.By.ShouldBe(by));

        // What is left is what the masking left, and not what a forger would like.
        await database.ForgeAsync($$"""update ledger.mt_events set data = jsonb_set(data, '{data,plan}', '"silver"') where id = '{{masked.Id}}'""");
        (await AuditAsync(database)).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Unproved);
        await database.ForgeAsync($$"""update ledger.mt_events set data = jsonb_set(data, '{data,plan}', '"gold"') where id = '{{masked.Id}}'""");

        // Masked again, the first commitment says nothing any more.
        await masking.MaskAsync(MaskRequest.OfEvents([masked.Id], "the rest"));
        (await AuditAsync(database)).Findings.ShouldBeEmpty();
        await database.ForgeAsync($"delete from ledger.masked_event where masked_by <> '{by}'; update ledger.mt_events set data = '{{\"id\": \"c1\"}}' where id = '{masked.Id}'");
        (await AuditAsync(database)).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Unproved);
    }

    [Fact]
    public async Task Mask_Header_KeepsTheProof()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var run = new AgentLedger(database.Store).GetRun("customers");
        var metadata = new EventMetadata { Actor = "agent", Headers = new Dictionary<string, JsonElement> { ["ip"] = JsonElement.Parse("\"10.0.0.7\"") } };
        await run.AppendAsync([new NewEvent(new KitLoaded("k"), metadata)]);
        var kept = await database.SignAsync();
        var id = (await run.ReadAllAsync())[0].Id;

        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfEvents([id], "asked") with { Paths = ["$headers.ip"] });

        await database.SignAsync();
        var (erased, findings) = await AuditAsync(database, kept);
        findings.ShouldBeEmpty();
        erased.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Id.ShouldBe(id), e => e.Columns.ShouldBe(ErasedColumns.Headers));
        (await database.ScalarAsync<bool>($"select l.data_salt is not null from ledger.seal_leaf as l join ledger.mt_events as e on e.seq_id = l.seq where e.id = '{id}'"))
            .ShouldBeTrue("the payload was not masked, and stays proved");
        await database.ForgeAsync($$"""update ledger.mt_events set headers = jsonb_set(headers, '{actor}', '"other"') where id = '{{id}}'""");
        (await AuditAsync(database)).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Unproved);
        await database.ForgeAsync($$"""update ledger.mt_events set headers = jsonb_set(headers, '{actor}', '"agent"') where id = '{{id}}'""");

        // Masked again, in another part, the headers are still as a masking left them.
        (await new EventMasking(database.Store).MaskAsync(MaskRequest.OfEvents([id], "asked") with { Paths = ["$.kit"] })).Masked.ShouldBe(1);
        (await AuditAsync(database, kept)).Findings.ShouldBeEmpty();
        await database.ForgeAsync($$"""update ledger.mt_events set headers = jsonb_set(headers, '{actor}', '"other"') where id = '{{id}}'""");
        (await AuditAsync(database)).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Unproved);
    }

    [Fact]
    public async Task Check_Masked_IsErasedAndAnyOtherContentIsChanged()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var ids = (await new AgentLedger(database.Store).GetRun("a").ReadAllAsync()).Take(2).Select(recorded => recorded.Id).ToArray();
        var masking = new EventMasking(database.Store);
        await masking.MaskAsync(MaskRequest.OfEvents([ids[0]], "asked") with { Paths = ["$.kit"] });
        await masking.MaskAsync(MaskRequest.OfEvents([ids[1]], "asked") with { Paths = ["$headers.actor"] });
        (await StatesAsync()).ShouldBe([CheckedState.Erased, CheckedState.Erased]);
        (await database.Seal.CheckAsync(ids))!.Select(one => one.Erased).ShouldBe([ErasedColumns.Data, ErasedColumns.Headers], ignoreOrder: true);

        await database.ForgeAsync($$"""
            update ledger.mt_events set data = '{"kit": "forged"}' where id = '{{ids[0]}}';
            update ledger.mt_events set headers = jsonb_set(headers, '{actor}', '"other"') where id = '{{ids[1]}}'
            """);
        (await StatesAsync()).ShouldBe([CheckedState.Changed, CheckedState.Changed]);
        await database.ForgeAsync("update ledger.seal_checkpoint set note = 'forged'");
        (await Should.ThrowAsync<SealBrokenException>(StatesAsync)).Message.ShouldContain("The newest checkpoint was changed");

        async Task<CheckedState[]> StatesAsync()
        {
            var states = (await database.Seal.CheckAsync(ids))!.ToDictionary(one => one.Id, one => one.State);
            return [.. ids.Select(id => states[id])];
        }
    }

    [Fact]
    public async Task Verify_BundleOfAMaskedRun_HoldsWithoutThePayload()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var stream = StreamName.Run("a");
        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(stream, "asked") with { Paths = ["$.kit"] });
        await database.SignAsync();
        using var file = new MemoryStream();

        var count = await database.Seal.WriteRunAsync(stream, file);

        file.Position = 0;
        Encoding.UTF8.GetString(file.ToArray()).ShouldNotContain("****");
        var verdict = await SealFile.VerifyAsync(file, database.Keys);
        (verdict.Events, verdict.DataNotShown).ShouldBe((count, count));
    }

    [Fact]
    public async Task Mask_Records_ErasesWhatTheHeadersSpell()
    {
        await using var database = await SealDatabase.CreateAsync();
        await using var records = new ChronoStore(database.Store, "customers");
        var data = JsonDocument.Parse("""{"name": "jane", "age": 42}""").RootElement;
        await records.UpsertAsync(new ChronoRecord { Id = "c1", Label = "Jane", Data = data });
        await records.UpsertAsync(new ChronoRecord { Id = "c2", Label = "John", Data = data });
        var kept = await database.SignAsync();
        (await database.ScalarAsync<bool>("select headers::text like '%jane%' from ledger.mt_events where version = 1 and stream_id = 'chrono:customers'")).ShouldBeTrue();

        await new EventMasking(database.Store).MaskAsync(MaskRequest.OfStream(StreamName.Chrono("customers"), "asked"));
        await records.CompactAsync();

        await database.SignAsync();
        var (erased, findings) = await AuditAsync(database, kept);
        findings.ShouldBeEmpty();
        erased.Select(e => (e.Version, e.Columns)).ShouldBe([(1, ErasedColumns.Data | ErasedColumns.Headers), (2, ErasedColumns.Data | ErasedColumns.Headers)]);
        await database.ForgeAsync("update ledger.chrono_archive set headers = '{\"spelled\": \"{}\"}' where version = 1");
        (await AuditAsync(database)).Findings.ShouldHaveSingleItem().Sequence.ShouldBe(1);
    }

    [Fact]
    public async Task Mask_PayloadReplacedBefore_KeepsTheProof()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var id = await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 7");
        await using (var command = database.DataSource.CreateCommand("update ledger.mt_events set data = '{\"kit\": \"*\"}' where seq_id = 7"))
        {
            await command.ExecuteNonQueryAsync();
        }

        (await AuditAsync(database)).Findings.ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Changed);
        var request = MaskRequest.OfReplaced([id], "by another program");

        (await new EventMasking(database.Store).MaskAsync(request)).Masked.ShouldBe(1);

        var (erased, findings) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        erased.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.By.ShouldNotBe(Guid.Empty), e => e.IsReplaced.ShouldBeTrue());
        (await new EventMasking(database.Store).MaskAsync(request)).Masked.ShouldBe(0);
    }

    [Fact]
    public async Task Mask_PayloadForgedBefore_IsMarkedByTheAuditAlsoWhereItWasMaskedAlready()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var ids = (await new AgentLedger(database.Store).GetRun("a").ReadAllAsync()).Take(5).Select(recorded => recorded.Id).ToArray();
        var masking = new EventMasking(database.Store);
        await masking.MaskAsync(MaskRequest.OfEvents([ids[1], ids[3]], "asked") with { Paths = ["$.kit", "$headers.actor"] });

        // A person who may mask can write another payload, and mask a part of that.
        await using (var command = database.DataSource.CreateCommand("update ledger.mt_events set data = '{\"kit\": \"forged\", \"more\": 1}' where id = any ($1)"))
        {
            command.Parameters.Add(new() { Value = ids[..2] });
            await command.ExecuteNonQueryAsync();
        }

        await database.ForgeAsync($"update ledger.mt_events set headers = '{{\"actor\": \"forged\"}}' where id = '{ids[3]}'");

        // Or delete the salt first, so that the payload is compared with nothing.
        await database.Seal.ForgetPayloadAsync(ids[4]);
        await database.ScalarAsync<string>($"update ledger.mt_events set data = '{{\"kit\": \"forged\", \"more\": 1}}' where id = '{ids[4]}' returning 'x'");

        // A list of ids may be empty, and is then not of all.
        (await masking.MaskAsync(MaskRequest.OfReplaced([], "asked"))).Read.ShouldBe(0);

        await masking.MaskAsync(MaskRequest.OfEvents(ids, "asked") with { Paths = ["$.more", "$headers.actor"] });

        var (erased, findings) = await AuditAsync(database);
        findings.ShouldBeEmpty();
        erased.Select(e => (Array.IndexOf(ids, e.Id), e.IsReplaced)).ShouldBe([(0, true), (1, true), (2, false), (3, true), (4, true)], ignoreOrder: true);

        // The function takes none of which the event does not say it.
        var seq = await database.ScalarAsync<long>($"with forged as (update ledger.mt_events set data = '{{\"kit\": \"forged\"}}' where id = '{ids[2]}' returning seq_id) select seq_id from forged");
        var by = Guid.CreateVersion7();
        foreach (var (said, isTaken) in new[] { ("", false), (", 'replaced', true", true) })
        {
            var masks = database.ScalarAsync<object>($$"""
                select ledger.lock_masked_v1('{{{seq}}}', '{{{ids[2]}}}', '{run:a}', '{masked:run:a}', '{}');
                select ledger.append_event_v3('masked:run:a', null, '{{by}}', 'event.masked', '', jsonb_build_object('event_id', '{{ids[2]}}', 'stream', 'run:a', 'commitment',
                    encode(ledger.payload_commitment_v1('\x00', 'data', convert_to('{"kit": "****"}', 'UTF8')), 'base64'){{said}}), '{}', null, null, true, null);
                select ledger.mask_events_v1('{{{seq}}}', '{{{ids[2]}}}', '{run:a}', array['{"kit": "forged"}'::jsonb], array['{"kit": "****"}'::jsonb], array[null::jsonb], '{{{by}}}', array['\x00'::bytea])
                """);
            if (isTaken)
            {
                await masks;
            }
            else
            {
                (await Should.ThrowAsync<PostgresException>(masks)).SqlState.ShouldBe("LG031");
            }
        }
    }

    private static async Task<(List<ErasedPayload> Erased, List<SealFinding> Findings)> AuditAsync(SealDatabase database, params SignedNote[] kept)
    {
        var (erased, findings) = (new List<ErasedPayload>(), new List<SealFinding>());
        await database.Seal.AuditAsync(new SealAuditOptions { Keys = database.Keys, Kept = kept, OnFinding = findings.Add, OnErased = erased.Add });
        return (erased, findings);
    }
}
