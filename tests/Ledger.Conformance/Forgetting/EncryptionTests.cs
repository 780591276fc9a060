using System.Text;
using System.Text.Json.Nodes;
using Ledger.Forgetting;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Forgetting;

/// <summary>Personal data that are encrypted with the key of their subject, and gone with it.</summary>
public abstract class EncryptionTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const string Mail = "jane.doe@example.com";

    private readonly MemorySubjectKeys _keys = new();

    private EncryptingEventStore Encrypting => new(Store, _keys, [new PersonalDataRule("object.created", "$.data.mail", "$.data.customer")]);

    public override async Task InitializeAsync() =>
        Store = await Engine.CreateStoreAsync(EventRegistry.Create(builder => builder.Add(CustomerContext.Default.CustomerNoted)));

    [Fact]
    public async Task Append_PersonalData_IsEncryptedInTheLogAndReadAsItWas()
    {
        var (stream, subject) = (NewStream(), NewId());
        NewEvent[] events = [new(new CustomerNoted(subject, Mail, 42, "gold")), new(new CustomerNoted(NewId(), Mail, null, "gold")), new(new KitLoaded(Mail))];

        var first = await Encrypting.AppendAsync(stream, ExpectedVersion.NoStream, events);

        var stored = await Store.ReadForwardAsync(stream).ToListAsync();
        Encoding.UTF8.GetString(stored[0].Json.Span).ShouldNotContain(Mail);
        stored[0].ToJsonElement().GetProperty("mail").GetString()!.ShouldStartWith("ledger:enc:1:s:");
        stored[0].ToJsonElement().GetProperty("age").GetString()!.ShouldStartWith("ledger:enc:1:j:");
        stored[0].ToJsonElement().GetProperty("mail").GetString().ShouldNotBe(stored[1].ToJsonElement().GetProperty("mail").GetString());
        (await Encrypting.ReadForwardAsync(stream).Select(e => e.Data).ToListAsync()).ShouldBe(events.Select(e => e.Data));
        (await Encrypting.FindEventsAsync([events[0].Id]))[0].Data.ShouldBe(events[0].Data);

        // Another process encrypts the same event to the same text.
        (await Encrypting.AppendAsync(stream, ExpectedVersion.NoStream, events)).ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
        (await Encrypting.ImportAsync(events.Select(e => new StreamEvent(stream, e)).ToAsyncEnumerable())).Skipped.ShouldBe(3);
        NewEvent[] changed = [new(new CustomerNoted(subject, "other", 42, "gold")) { Id = events[0].Id }];
        (await Should.ThrowAsync<EventIdInUseException>(() => Encrypting.AppendAsync(stream, ExpectedVersion.Any, changed))).Conflict.ShouldBe(EventIdConflict.OtherContent);
    }

    [Fact]
    public async Task Read_EncryptedTextOfAnotherEvent_IsNotDecrypted()
    {
        var (stream, own, other) = (NewStream(), NewStream(), NewId());
        await Encrypting.AppendAsync(stream, ExpectedVersion.NoStream, [new CustomerNoted(other, Mail, 42, "gold")]);
        var stolen = (await Store.ReadForwardAsync(stream).SingleAsync()).ToJsonElement().GetProperty("mail").GetString()!;
        object[] planted = [new CustomerNoted(other, stolen, null, stolen), new KitLoaded(stolen)];

        await Encrypting.AppendAsync(own, ExpectedVersion.NoStream, [.. planted.Select(data => new NewEvent(data))]);

        (await Encrypting.ReadForwardAsync(own).Select(e => e.Data).ToListAsync()).ShouldBe(planted);
        await Store.AppendAsync(own, ExpectedVersion.Any, [new CustomerNoted(other, stolen, null, "gold")]);
        ((CustomerNoted)(await Encrypting.ReadBackwardAsync(own).FirstAsync()).Data).Mail.ShouldBe(stolen);
    }

    [Fact]
    public async Task Append_PersonalDataOfNoSubject_IsRefused()
    {
        var stream = NewStream();

        await Should.ThrowAsync<ArgumentException>(() => Encrypting.AppendAsync(stream, ExpectedVersion.Any, [new CustomerNoted("", Mail, null, "gold")]));
        await Should.ThrowAsync<ArgumentException>(() => Encrypting.AppendAsync(stream, ExpectedVersion.Any, [new ObjectCreated("c1", "Customer", new JsonObject { ["mail"] = Mail })]));

        (await Store.GetStreamAsync(stream)).ShouldBeNull();
        await Encrypting.AppendAsync(stream, ExpectedVersion.Any, [new ObjectCreated("c1", "Customer", new JsonObject { ["mail"] = null })]);
    }

    [Fact]
    public async Task Forget_Subject_LeavesMarkersAndTheRest()
    {
        var (stream, subject, other) = (NewStream(), NewId(), NewId());
        NewEvent[] events = [new(new CustomerNoted(subject, Mail, 42, "gold")), new(new CustomerNoted(other, Mail, 7, "gold"))];
        await Encrypting.AppendAsync(stream, ExpectedVersion.NoStream, events);

        (await _keys.ForgetAsync(subject)).ShouldBeTrue();

        (await _keys.ForgetAsync(subject)).ShouldBeFalse();
        (await Encrypting.ReadForwardAsync(stream).Select(e => e.Data).ToListAsync()).ShouldBe([new CustomerNoted(subject, "****", null, "gold"), events[1].Data]);
        (await Encrypting.AppendAsync(stream, ExpectedVersion.NoStream, events)).Outcome.ShouldBe(AppendOutcome.AlreadyWritten);
        (await Should.ThrowAsync<SubjectForgottenException>(() => Encrypting.AppendAsync(stream, ExpectedVersion.Any, [new CustomerNoted(subject, "again", 1, "gold")])))
            .Subject.ShouldBe(subject);
        (await VersionAsync(stream)).ShouldBe(new StreamVersion(2));

        // A program without keys reads the same markers.
        (await new EncryptingEventStore(Store, new MemorySubjectKeys()).ReadForwardAsync(stream).Select(e => ((CustomerNoted)e.Data).Mail).ToListAsync()).ShouldBe(["****", "****"]);
    }

    [Fact]
    public async Task World_OfEncryptedEvents_IsReadAsItWasAndNeverStored()
    {
        var subject = NewId();
        var runs = new AgentLedger(Encrypting);
        var run = runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("c1", "Customer", new JsonObject { ["customer"] = subject, ["mail"] = Mail })]);
        var branch = await run.ForkAsync();
        await branch.AppendAsync([new ObjectPatched("c1", new JsonObject { ["seen"] = true })]);

        (await branch.FindObjectAsync("c1"))!.Data["mail"].GetString().ShouldBe(Mail);
        var stored = (await Runs.GetRun(run.StreamName.Id).FindObjectAsync("c1"))!.Data["mail"];
        stored.GetString()!.ShouldStartWith("ledger:enc:1:");
        (await Encrypting.RevealAsync(stored)).GetString().ShouldBe(Mail);

        await _keys.ForgetAsync(subject);
        (await branch.FindObjectAsync("c1"))!.Data["mail"].GetString().ShouldBe("****");
        (await Encrypting.RevealAsync(stored)).GetString().ShouldBe("****");
        (await branch.GetFaultsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mask_Subject_FollowsTheAttributes()
    {
        var (stream, subject) = (NewStream(), NewId());
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, [new CustomerNoted(subject, Mail, 42, "gold")]);

        (await new EventMasking(Store).MaskAsync(MaskRequest.OfSubject(subject, "asked"))).Masked.ShouldBe(1);

        (await Store.ReadForwardAsync(stream).SingleAsync()).Data.ShouldBe(new CustomerNoted(subject, "****", null, "gold"));
        Should.Throw<ArgumentException>(() => new EventMasking(Encrypting));
    }
}
