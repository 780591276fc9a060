using System.Diagnostics;
using System.Text.Json;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>What comes back of what an event carries beside its data.</summary>
public abstract class MetadataTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Metadata_AllMembers_ComeBack()
    {
        var metadata = new EventMetadata
        {
            Actor = "agent-1 \u00e4\U0001F600",
            Source = "planner",
            Causes = [Guid.NewGuid(), Guid.NewGuid()],
            ForeignId = "evt-1",
            ForeignCauses = ["evt-0", "x"],
            OccurredAt = new DateTimeOffset(2024, 2, 29, 23, 59, 59, TimeSpan.FromHours(5.5)).AddTicks(1_234_567),
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Headers = new Dictionary<string, JsonElement>
            {
                ["tenant"] = JsonElement.Parse("\"acme\""),
                ["nested"] = JsonElement.Parse("""{"a": [1, null, 1e2]}"""),
            },
        };

        var recorded = await StoredAsync(new NewEvent(Labelled("a"), metadata) { CorrelationId = "case-7" });

        var read = recorded.Metadata;
        (read.Actor, read.Source, read.ForeignId, read.TraceParent).ShouldBe(
            (metadata.Actor, metadata.Source, metadata.ForeignId, metadata.TraceParent));
        read.Causes.ShouldBe(metadata.Causes);
        read.ForeignCauses.ShouldBe(metadata.ForeignCauses);
        read.OccurredAt.ShouldBe(metadata.OccurredAt);
        read.OccurredAt.ShouldNotBeNull().Offset.ShouldBe(TimeSpan.FromHours(5.5));
        read.Headers.Keys.ShouldBe(["tenant", "nested"], ignoreOrder: true);
        JsonElement.DeepEquals(read.Headers["nested"], metadata.Headers["nested"]).ShouldBeTrue();
        recorded.CausationId.ShouldBe($"{metadata.Causes[0]}");
        recorded.CorrelationId.ShouldBe("case-7");
    }

    [Fact]
    public async Task Metadata_None_ComesBackAsNone()
    {
        var recorded = await StoredAsync(new NewEvent(Labelled("a")));

        recorded.Metadata.ShouldBe(EventMetadata.None);
        recorded.CausationId.ShouldBeNull();
        recorded.CorrelationId.ShouldBeNull();
    }

    [Fact]
    public async Task Metadata_HeaderOfJsonNull_ComesBack()
    {
        var headers = new Dictionary<string, JsonElement> { ["nothing"] = JsonElement.Parse("null") };

        var recorded = await StoredAsync(new NewEvent(Labelled("a"), new EventMetadata { Headers = headers }));

        recorded.Metadata.Headers["nothing"].ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Metadata_RunningActivity_GivesTheTrace()
    {
        using var activity = new Activity("append").SetIdFormat(ActivityIdFormat.W3C).Start();

        var recorded = await StoredAsync(new NewEvent(Labelled("a")));

        recorded.Metadata.TraceParent.ShouldBe(activity.Id);
    }

    [Fact]
    public async Task Timestamp_WithinAStream_NeverGoesBack()
    {
        var stream = await StreamOfAsync(50);
        for (var n = 0; n < 20; n++)
        {
            await Store.AppendAsync(stream, ExpectedVersion.Any, Events(2));
        }

        var times = (await ReadAsync(stream)).ConvertAll(e => e.Timestamp);

        times.ShouldBeInOrder(SortDirection.Ascending);
        times.ShouldAllBe(t => t.Offset == TimeSpan.Zero && t.Ticks % TimeSpan.TicksPerMicrosecond == 0);
    }

    private async Task<RecordedEvent> StoredAsync(NewEvent newEvent)
    {
        var stream = NewStream();
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, [newEvent]);
        return (await ReadAsync(stream)).Single();
    }
}
