using System.Net;
using System.Text;
using System.Text.Json;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>Events as CloudEvents, in files and to webhooks.</summary>
public sealed class CloudEventTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);

    [Fact]
    public async Task Import_ExportOfARunWithBranches_TheSameHistories()
    {
        var read = Recording.Read(SampleFile.Bytes("claude-code.jsonl"));
        var (ledger, _) = await read.ImportAsync();
        using var file = new MemoryStream();
        foreach (var stream in new[] { "run:r", "branch:r-subagent-1", "branch:r-branch-2" })
        {
            await foreach (var line in RecordingExport.ReadCloudEventLinesAsync(await ledger.OpenAsync(stream)))
            {
                file.Write(line.Span);
            }
        }

        var copy = Recording.Read(file.ToArray());
        var (again, _) = await copy.ImportAsync();

        copy.Format.ShouldBe(RecordingFormat.CloudEvents);
        copy.Extra.Select(e => e.Key).ShouldBe(["repeated events"]);
        (await TextsAsync(again, "run:r")).ShouldBe(await TextsAsync(ledger, "run:r"));
        (await TextsAsync(again, "branch:r-2")).ShouldBe(await TextsAsync(ledger, "branch:r-subagent-1"));
        (await TextsAsync(again, "branch:r-3")).ShouldBe(await TextsAsync(ledger, "branch:r-branch-2"));
        (await copy.ImportAsync(again)).Sum(r => r.WrittenEvents).ShouldBe(0);
    }

    [Fact]
    public async Task Import_BatchOfAnotherProgram_KeepsEveryAttribute()
    {
        var read = Recording.Read(
            """
            [{"specversion":"1.0","id":"1","source":"/orders","type":"order.placed","subject":"orders/7","time":"2026-01-02T03:04:05Z","datacontenttype":"application/xml","data":"<order/>","tenant":"a"},
             {"specversion":"1.0","id":"2","source":"/stock","type":"stock.low","data_base64":"AAEC"},
             {"specversion":"1.0","id":"1","source":"/orders","type":"order.placed","subject":"orders/7"}]
            """);
        var (ledger, results) = await read.ImportAsync();

        results.Select(r => (r.Stream.Value, r.WrittenEvents)).ShouldBe([("run:r", 1), ("run:r-2", 1)]);
        read.Recordings.Select(r => r.Lines()).ShouldBe(
        [
            "1 order.placed <> {\"value\":\"<order/>\",\"extra\":{\"subject\":\"orders/7\",\"datacontenttype\":\"application/xml\",\"tenant\":\"a\"}}\n",
            "2 stock.low <> {\"extra\":{\"data_base64\":\"AAEC\"}}\n",
        ]);
        read.Extra.Select(e => e.Key).ShouldBe(["data_base64", "datacontenttype", "repeated events", "subject", "tenant"]);
        (await (await ledger.OpenAsync("run:r")).ReadAllAsync()).Single().Metadata.OccurredAt.ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    }

    [Fact]
    public void Read_AttributesThatTheLogCannotStore_AreKeptUnderExtraAndCounted()
    {
        var type = new string('t', 201);
        var read = Recording.Read($$$"""{"specversion":"1.0","id":"1","source":"/s","type":"{{{type}}}","actor":"a\u0007","callid":"c\u0007","causes":"[\"x\",7]","data":{"d":1}}""");

        read.Recordings.Single().Lines().ShouldBe(
            $$$"""1 cloudevents.event <x> {"d":1,"extra":{"type":"{{{type}}}","actor":"a\u0007","callid":"c\u0007","causes":"[\"x\",7]"}}""" + "\n");
        read.Extra.Select(e => e.Key).ShouldBe(["actor", "callid", "causes", "type"]);
    }

    [Fact]
    public void Read_BatchOfManySources_ReadsTheFileAFewTimes()
    {
        var events = string.Join(",", Enumerable.Range(0, 300).Select(i => $$"""{"specversion":"1.0","id":"{{i}}","source":"/{{i}}","type":"t"}"""));
        using var source = RecordingSource.OfBytes("batch", System.Text.Encoding.UTF8.GetBytes($"[\n{events}\n]"));

        var read = Recordings.Read(source, "r", RecordingFormat.CloudEvents);

        read.Recordings.Sum(r => r.EventCount).ShouldBe(300);
        source.Openings.ShouldBeLessThan(20);
    }

    [Fact]
    public void Sign_VectorOfTheSpecification_IsTheSame()
    {
        var signature = new WebhookSignature(Secret);
        var body = """{"test": 2432232314}"""u8;

        var signed = signature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", Now, body);

        signed.ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        signature.IsValid("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", $"v1,AAAA v2,x {signed}", body, Now.AddMinutes(5)).ShouldBeTrue();
        signature.IsValid("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signed, body, Now.AddMinutes(6)).ShouldBeFalse();
        signature.IsValid("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signed, """{"test": 2432232315}"""u8, Now).ShouldBeFalse();
        signature.IsValid("msg_other", "1614265330", signed, body, Now).ShouldBeFalse();
        signature.IsValid("msg_p5jXN8AQM9LWM0D4loKWxJek", "-9999999999999999999", signed, body, Now).ShouldBeFalse();
    }

    [Fact]
    public void Sign_SecretThatIsReplaced_BothAreAccepted()
    {
        const string Newer = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
        var both = new WebhookSignature(Newer, Secret).Sign("a", Now, "x"u8);

        new WebhookSignature(Secret).IsValid("a", "1614265330", both, "x"u8, Now).ShouldBeTrue();
        new WebhookSignature(Newer).IsValid("a", "1614265330", both, "x"u8, Now).ShouldBeTrue();
        Should.Throw<ArgumentException>(() => new WebhookSignature("whsec_short")).Message.ShouldStartWith("A secret must be 24 to 64 bytes in base64, after 'whsec_'.");
        Should.Throw<ArgumentException>(() => new WebhookSignature()).Message.ShouldStartWith("There must be at least one secret.");
    }

    [Fact]
    public async Task Send_Event_IsSignedAndOtherAnswersAreFailures()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = await ledger.StartRunAsync("first");
        await run.AppendAsync([new LlmResponse("é")]);
        var recorded = (await run.ReadAllAsync()).Single();
        using var receiver = new Receiver();
        using var client = new HttpClient(receiver);
        var webhook = new CloudEventWebhook(client, new Uri("https://example.org/hook?key=secret"), new WebhookSignature(Secret), "https://example.org/log", new Clock());

        await webhook.SendAsync(recorded);
        await webhook.SendBatchAsync([recorded, recorded]);

        receiver.Requests.Select(r => r.Type).ShouldBe(["application/cloudevents+json; charset=utf-8", "application/cloudevents-batch+json; charset=utf-8"]);
        var signature = new WebhookSignature(Secret);
        receiver.Requests.Count(r => r.Id == recorded.Id.ToString() && signature.IsValid(r.Id, r.Time, r.Signature, r.Body, Now)).ShouldBe(2);
        var json = JsonElement.Parse(receiver.Requests[0].Body);
        (json.GetProperty("source").GetString(), json.GetProperty("subject").GetString(), json.GetProperty("type").GetString(), json.GetProperty("sequence").GetString())
            .ShouldBe(("https://example.org/log", "run:first", "llm.response", "0000000000000000001"));
        JsonElement.Parse(receiver.Requests[1].Body).GetArrayLength().ShouldBe(2);
        receiver.Status = HttpStatusCode.Gone;
        (await Should.ThrowAsync<HttpRequestException>(() => webhook.SendAsync(recorded))).Message.ShouldBe("The webhook https://example.org/hook answered 410 Gone.");
    }

    [Fact]
    public async Task RunOn_Continuation_IsSignedWithItsOwnId_AndOtherAnswersAreFailures()
    {
        using var receiver = new Receiver();
        using var client = new HttpClient(receiver);
        var runner = new WebhookRunner(client, new Uri("https://me:pass@example.org/run?key=secret"), new WebhookSignature(Secret), new Clock());
        var change = new ChangedEvent(Guid.NewGuid(), "tool.returned", new Position(4), Guid.NewGuid());
        var continuation = new RunContinuation(Guid.NewGuid(), StreamName.Branch("b"), new Position(5)) { Parent = StreamName.Run("a"), ForkPosition = new Position(3), Change = change, Actor = "mé" };

        await runner.RunOnAsync(continuation);
        await runner.RunOnAsync(new RunContinuation(continuation.Id, StreamName.Run("a"), Position.Start));

        var signature = new WebhookSignature(Secret);
        receiver.Requests.Count(r => r.Id == continuation.Id.ToString() && r.Type == "application/json; charset=utf-8" && signature.IsValid(r.Id, r.Time, r.Signature, r.Body, Now)).ShouldBe(2);
        Encoding.UTF8.GetString(receiver.Requests[0].Body).ShouldBe(
            $$$"""{"type":"run.continue","timestamp":"2021-02-25T15:02:10.000Z","data":{"stream":"branch:b","length":5,"parent":"run:a","fork_position":3,"event_id":"{{{change.EventId}}}","event_type":"tool.returned","position":4,"replaces":"{{{change.Replaces}}}","actor":"m\u00E9"}}""");
        JsonElement.Parse(receiver.Requests[1].Body).GetProperty("data").GetRawText().ShouldBe("""{"stream":"run:a","length":0}""");
        receiver.Status = HttpStatusCode.ServiceUnavailable;
        (await Should.ThrowAsync<HttpRequestException>(() => runner.RunOnAsync(continuation))).Message.ShouldBe("The webhook https://example.org/run answered 503 ServiceUnavailable.");
    }

    [Fact]
    public async Task Subscription_WhoseHandlerIsAWebhook_InALine()
    {
        const string secret = Secret;
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = await ledger.StartRunAsync("first");
        await run.AppendAsync([new RunCompleted()]);
        using var receiver = new Receiver();
        using var client = new HttpClient(receiver);

        // sample: webhook
        var webhook = new CloudEventWebhook(client, new Uri("https://example.org/hook"), new WebhookSignature(secret));
        var subscription = new Subscription("hook", webhook.SendAsync)
        {
            Filter = new EventFilter { Types = ["run.completed", "run.failed"] },
            Start = SubscriptionStart.Present,
            Retries = 20,                                           // over some seven minutes; the pauses double, up to half a minute
            KeepsDeadLetters = true,
        };
        // end of sample

        await subscription.Handle((await run.ReadAllAsync()).Single(subscription.Filter.Passes), CancellationToken.None);
        receiver.Requests.Count.ShouldBe(1);
    }

    private static async Task<List<string>> TextsAsync(AgentLedger ledger, string stream) =>
        [.. (await (await ledger.OpenAsync(stream)).ReadAllAsync()).Where(e => e.Type != "branch.created").Select(e =>
            $"{e.Metadata.ForeignId} {e.Type} {e.Metadata.Actor} {e.Metadata.Source} {e.Metadata.OccurredAt:O} {string.Join(' ', e.Metadata.ForeignCauses)} {Encoding.UTF8.GetString(e.Json.Span)}")];

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Receiver : HttpMessageHandler
    {
        public List<(string Type, string Id, string Time, string Signature, byte[] Body)> Requests { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.NoContent;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string Header(string name) => request.Headers.GetValues(name).Single();
            Requests.Add((request.Content!.Headers.ContentType!.ToString(), Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), await request.Content.ReadAsByteArrayAsync(cancellationToken)));
            return new HttpResponseMessage(Status);
        }
    }
}
