using System.Text;
using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

/// <summary>What engines are told of an append before they look at the log.</summary>
public sealed class AppendRequestTests
{
    private static readonly StreamName A = new("run:a");
    private static readonly StreamName B = new("run:b");

    [Fact]
    public void Sizes_AreThoseOfAllEvents_HeadersIncluded()
    {
        var one = new NewEvent(new ObjectCreated("o1", "T"), new EventMetadata { Actor = "me" });
        var other = new NewEvent(new ObjectCreated("o2", "T"));

        var request = Request(Part(A, one, other), Part(B, new NewEvent(new ObjectCreated("o3", "T"))));

        request.EventCount.ShouldBe(3);
        request.ByteCount.ShouldBe(request.Parts.SelectMany(part => part.Events).Sum(e => (long)e.Serialized.Json.Length + e.Serialized.Headers.Length));
        Encoding.UTF8.GetString(request.Parts[0].Events[0].Serialized.Headers.Span).ShouldContain("me");
    }

    /// <summary>Only events that the call itself wraps cannot be in the log, and only before the first look: a caller's own may be sent a second time.</summary>
    [Fact]
    public void New_IsAnAppend_WhoseIdsTheCallMade_Once()
    {
        var made = Request(Part(A, Made()), Part(B, Made()));

        (made.TakeNew(), made.TakeNew()).ShouldBe((true, false));
        Request(Part(A, Made()), Part(B, Event())).TakeNew().ShouldBeFalse();
        Request(Part(A, Event()), Part(B, Made())).TakeNew().ShouldBeFalse();
        Request(Part(A, Made() with { Metadata = new EventMetadata { ForeignId = "f" } }), Part(B, Made())).TakeNew().ShouldBeFalse();
    }

    [Fact]
    public void Requests_ShareAStream_IfAnyOfTheirPartsAreForIt()
    {
        var both = Request(Part(A, Event()), Part(B, Event()));

        both.SharesStreamWith(Request(Part(B, Event()))).ShouldBeTrue();
        Request(Part(B, Event())).SharesStreamWith(both).ShouldBeTrue();
        both.SharesStreamWith(Request(Part(new StreamName("run:c"), Event()))).ShouldBeFalse();
    }

    [Fact]
    public void Size_AtTheLimit_IsAllowed_AndOneByteMoreIsNot()
    {
        Should.NotThrow(() => AppendRules.CheckSize(AppendRules.MaxBytes));
        Should.Throw<ArgumentException>(() => AppendRules.CheckSize(AppendRules.MaxBytes + 1)).Message.ShouldContain("Nothing was written");
    }

    [Fact]
    public void Size_OfAllEventsOfAnAppend_Counts()
    {
        var large = new UntypedEvent("x", JsonSerializer.SerializeToElement(new string('a', PayloadRules.MaxBytes - 2)));
        var events = Enumerable.Range(0, (int)(AppendRules.MaxBytes / PayloadRules.MaxBytes) + 1).Select(_ => new NewEvent(large));

        Should.Throw<ArgumentException>(() => Request(Part(A, [.. events]))).Message.ShouldStartWith("The events of one append have ");
    }

    private static NewEvent Made() => NewEvent.From([new ObjectCreated("o", "T")])[0];

    private static NewEvent Event() => new(new ObjectCreated("o", "T"));

    private static StreamAppend Part(StreamName stream, params NewEvent[] events) => new(stream, ExpectedVersion.Any, events);

    private static AppendRequest Request(params StreamAppend[] parts) => AppendRequest.Create(parts, EventRegistry.Default);
}
