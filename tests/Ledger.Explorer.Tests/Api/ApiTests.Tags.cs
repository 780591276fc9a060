using System.Net;
using System.Net.Http.Headers;
using Ledger.Forgetting;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>What a client has already.</content>
public abstract partial class ApiTests
{
    [Fact]
    public async Task Tag_OfAHistory_HoldsOnAnotherServer_AndEndsWhenAPayloadIsMasked()
    {
        await using var other = await ExplorerHost.StartAsync(_host.Ledger.Store);
        var there = other.CreateClient();
        string[] paths = ["/run:kettle/events?limit=5", "/run:kettle/events/3", "/run:kettle/world?at=5"];
        var tags = new List<EntityTagHeaderValue>();
        foreach (var path in paths)
        {
            using var answer = await there.GetAsync(Streams + path);
            tags.Add(answer.Headers.ETag!);
            (await WithTagAsync(path, tags[^1])).ShouldBe(HttpStatusCode.NotModified, path);
        }

        var masked = await (await _host.Ledger.OpenAsync(SampleRun.Run)).ReadAsync(Position.Start, new Position(5)).Select(e => e.Id).ToListAsync();
        await new EventMasking(_host.Ledger.Store).MaskAsync(MaskRequest.OfEvents(masked, "asked"));

        foreach (var (path, tag) in paths.Zip(tags))
        {
            (await WithTagAsync(path, tag)).ShouldBe(HttpStatusCode.OK, path);
        }
    }
}
