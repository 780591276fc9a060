using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Records;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Forgetting;

/// <content>Headers, the list of what was masked, and the streams that say so.</content>
public abstract partial class MaskingTests
{
    [Fact]
    public async Task Mask_BesideForksAppendsAndMerges_ReachesEveryBranchAndNoneFails()
    {
        var (run, _) = await StartAsync();
        var branches = new ConcurrentBag<Run>();
        var rounds = Scale.Of(3, 50);
        await Task.WhenAll(
        [
            .. Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < rounds; i++)
                {
                    var branch = await run.ForkAsync(new Position(4), new ForkOptions { Id = NewId() });
                    branches.Add(branch);
                    await branch.AppendAsync([new ObjectPatched("c1", new JsonObject { [$"seen-{writer}-{i}"] = true })]);
                    try
                    {
                        await run.MergeAsync(branch);
                    }
                    catch (MergeConflictException conflict)
                    {
                        // One of the two was masked while they were compared.
                        conflict.Preview.Conflicts.ShouldAllBe(c => c.Path.Contains("mail", StringComparison.Ordinal));
                    }
                }
            })),
            Task.Run(async () =>
            {
                for (var i = 0; i < rounds; i++)
                {
                    await Masking.MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));
                }
            }),
        ]);
        await Masking.MaskAsync(MaskRequest.OfStream(run.StreamName, "asked"));

        branches.Count.ShouldBe(3 * rounds);
        foreach (var history in branches.Append(run))
        {
            (await history.ReadAllAsync()).ShouldAllBe(e => !Text(e).Contains(Secret, StringComparison.Ordinal));
            (await history.FindObjectAsync("c1"))!.Data["mail"].GetString().ShouldBe("****");
        }
    }

    [Fact]
    public async Task Mask_HeadersByRule_LeavesThoseThatHistoriesRestOn()
    {
        var (stream, jane) = (new StreamName($"shop:{NewId()}"), NewId());
        NewEvent OrderOf(string customer, string foreignId) => new(
            new UntypedEvent("order", JsonElement.Parse("""{"total": 7}""")),
            new EventMetadata
            {
                Actor = Secret,
                Source = "shop",
                ForeignId = foreignId,
                OccurredAt = DateTimeOffset.UnixEpoch,
                Headers = new Dictionary<string, JsonElement>
                {
                    ["customer"] = JsonSerializer.SerializeToElement(customer), ["client"] = JsonElement.Parse($$"""{"ip": "{{Secret}}", "port": 1}"""), ["plan"] = JsonElement.Parse("\"gold\""),
                },
            });
        NewEvent[] orders = [OrderOf(jane, "o1"), OrderOf(NewId(), "o2")];
        var first = await Store.AppendAsync(stream, ExpectedVersion.NoStream, orders);
        var before = (await ReadAsync(stream))[0].Metadata;
        var masking = new EventMasking(Store, [new PersonalDataRule("order", "$headers.actor", "$headers.customer"), new PersonalDataRule("order", "$headers..ip", "$headers.customer")]);

        (await masking.MaskAsync(MaskRequest.OfSubject(jane, "asked"))).Masked.ShouldBe(1);

        var (masked, kept) = ((await ReadAsync(stream))[0], (await ReadAsync(stream))[1]);
        (masked.Metadata.Actor, masked.Metadata.Source, masked.Metadata.ForeignId, masked.Metadata.OccurredAt).ShouldBe(("****", "shop", "o1", DateTimeOffset.UnixEpoch));
        masked.Metadata.Headers["client"].GetRawText().Replace(" ", "", StringComparison.Ordinal).ShouldBe("""{"ip":"****","port":1}""");
        (masked.Metadata.Headers["customer"].GetString(), masked.Metadata.Headers["plan"].GetString()).ShouldBe((jane, "gold"));
        masked.Metadata.TraceParent.ShouldBe(before.TraceParent);
        Json(masked).ShouldBe("""{"total":7}""");
        (kept.Metadata.Actor, kept.Metadata.Headers["client"].GetProperty("ip").GetString()).ShouldBe((Secret, Secret));
        (await ReadAsync(EventMasked.StreamOf(stream))).ShouldHaveSingleItem().Data.ShouldBeOfType<EventMasked>().Paths.ShouldBe(["$headers.actor", "$headers..ip"]);
        (await LogSearch.Of(Store).SearchAsync(new LogQuery { Streams = [stream], Actor = Secret })).Events.ShouldHaveSingleItem().Id.ShouldBe(kept.Id);

        // Again it changes nothing; the payload can go later; and the event is still the same to a writer that retries.
        (await masking.MaskAsync(MaskRequest.OfSubject(jane, "asked"))).ShouldSatisfyAllConditions(r => r.Masked.ShouldBe(0), r => r.Refused.ShouldBeEmpty());
        (await Masking.MaskAsync(MaskRequest.OfEvents([masked.Id], "the rest") with { Paths = ["$.total", "$headers.plan"] })).Masked.ShouldBe(1);
        (Json((await ReadAsync(stream))[0]), (await ReadAsync(stream))[0].Metadata.Headers["plan"].GetString()).ShouldBe(("""{"total":null}""", "****"));
        (await Store.AppendAsync(stream, ExpectedVersion.NoStream, orders)).ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
    }

    [Fact]
    public void Rule_OfAHeaderThatHistoriesRestOn_IsRefused()
    {
        Should.Throw<ArgumentException>(() => new PersonalDataRule("order", "$headers.foreign_id", "$.customer"));
        Should.Throw<ArgumentException>(() => new PersonalDataRule("order", "$headers", "$.customer"));
        Should.Throw<ArgumentException>(() => new EncryptingEventStore(Store, new MemorySubjectKeys(), [new PersonalDataRule("order", "$headers.ip", "$.customer")]));
    }

    [Fact]
    public async Task MaskAgain_RestoredLog_IsMaskedAsBefore()
    {
        var (stream, project) = (new StreamName($"shop:{NewId()}"), NewId());
        NewEvent[] events =
        [
            .. Enumerable.Range(0, 4).Select(i => new NewEvent(new UntypedEvent("order", JsonElement.Parse($$"""{"to": "{{Secret}}", "note": "{{Secret}}", "n": {{i}}}""")))),
        ];
        await Store.AppendAsync(stream, ExpectedVersion.Any, events);
        await using (var store = new ChronoStore(Store, project))
        {
            await store.UpsertAsync(new ChronoRecord { Id = "c1", Label = Secret });
            await store.CompactAsync();
        }

        await Masking.MaskAsync(MaskRequest.OfEvents([events[0].Id, events[1].Id], "request 17") with { Paths = ["$.to"], By = "dpo" });
        await Masking.MaskAsync(MaskRequest.OfEvents([events[3].Id], "request 18"));
        var records = (await Masking.MaskAsync(MaskRequest.OfStream(StreamName.Chrono(project), "request 19"))).Masked;
        records.ShouldBeGreaterThan(0);
        var list = await EventMasking.ReadMaskedAsync(Store).Where(m => m.Stream == stream.Value || m.Stream == $"chrono:{project}").ToListAsync();
        list.Count.ShouldBe(3 + (int)records);
        var masked = (await ReadAsync(stream)).Select(Json).ToList();

        // The backup is from before the masking, and has no order but the first three.
        var restored = await Engine.CreateEmptyStoreAsync();
        try
        {
            await restored.AppendAsync(stream, ExpectedVersion.Any, events[..3]);
            var masking = new EventMasking(restored);

            (await masking.PlanAgainAsync(list.ToAsyncEnumerable())).Masked.ShouldBe(2);
            (await restored.ReadForwardAsync(stream).ToListAsync()).ShouldAllBe(e => Text(e).Contains(Secret, StringComparison.Ordinal));
            var report = await masking.MaskAgainAsync(list.ToAsyncEnumerable());

            (report.Masked, report.Missing, report.Refused.Count, report.Streams).ShouldSatisfyAllConditions(
                r => r.Masked.ShouldBe(2), r => r.Missing.ShouldBe(1 + records), r => r.Count.ShouldBe(0), r => r.Streams.ShouldBe([stream.Value]));
            (await restored.ReadForwardAsync(stream).ToListAsync()).Select(Json).ShouldBe(masked[..3]);
            (await EventMasking.ReadMaskedAsync(restored).Select(m => (m.EventId, m.Reason, m.By)).ToListAsync()).ShouldBe([(events[0].Id, "request 17", "dpo"), (events[1].Id, "request 17", "dpo")]);
            (await masking.MaskAgainAsync(list.ToAsyncEnumerable())).Masked.ShouldBe(0);
        }
        finally
        {
            await ((restored as IAsyncDisposable)?.DisposeAsync() ?? default);
        }
    }

    [Fact]
    public async Task Mask_EventThatACompactionTookOut_IsFoundByItsId()
    {
        await using var records = new ChronoStore(Store, NewId());
        await records.UpsertAsync(new ChronoRecord { Id = "c1", Label = Secret });
        var id = (await Store.ReadForwardAsync(StreamName.Chrono(records.Project)).FirstAsync()).Id;
        await records.CompactAsync();

        (await Masking.MaskAsync(MaskRequest.OfEvents([id], "asked"))).ShouldSatisfyAllConditions(r => r.Masked.ShouldBe(1), r => r.Refused.ShouldBeEmpty());

        (await EventMasking.FindMaskedAsync(Store, [id])).ShouldHaveSingleItem().EventId.ShouldBe(id);
        (await records.VerifyChainAsync()).Erased.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Append_ToStreamsThatLedgerAloneWrites_IsRefused()
    {
        var stream = NewStream();
        foreach (var own in new[] { EventMasked.StreamOf(stream), new StreamName("retention:7") })
        {
            (await Should.ThrowAsync<ArgumentException>(() => Store.AppendAsync(own, ExpectedVersion.Any, [new KitLoaded("k")]))).Message.ShouldContain("is written by Ledger alone");
            await Should.ThrowAsync<ArgumentException>(() => Store.ImportAsync(new[] { new StreamEvent(own, new NewEvent(new KitLoaded("k"))) }.ToAsyncEnumerable()));
            (await Store.GetStreamAsync(own)).ShouldBeNull();
        }
    }
}
