using System.Net;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Live;

/// <summary>What comes while one looks on: nothing is lost, nothing comes twice.</summary>
public sealed partial class LiveTests : IAsyncLifetime
{
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync(options => options with { MaxViewers = 3 });
        _client = _host.CreateClient();
        await _host.Ledger.GetRun("live").AppendAsync([new KitLoaded("0"), new KitLoaded("1")]);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Follow_EventsThatCome_ArriveOnceEachAndInOrder()
    {
        using var viewer = await Viewer.OpenAsync(_client, "/ledger/api/v1/streams/run:live/events?from=1");

        (await viewer.PositionsAsync(1)).ShouldBe([1]);
        for (var i = 2; i < 40; i++)
        {
            await _host.Ledger.GetRun("live").AppendAsync([new KitLoaded($"{i}")]);
        }

        (await viewer.PositionsAsync(38)).ShouldBe(Enumerable.Range(2, 38));
    }

    [Fact]
    public async Task Follow_ComingBack_GoesOnWhereItWas()
    {
        using var viewer = await Viewer.OpenAsync(_client, "/ledger/api/v1/streams/run:live/events?from=0", lastEventId: "1");

        (await viewer.PositionsAsync(1)).ShouldBe([1]);
    }

    [Fact]
    public async Task Follow_Page_GetsEscapedRows()
    {
        using var viewer = await Viewer.OpenAsync(_client, "/ledger/live?stream=run:live&from=2");
        await _host.Ledger.GetRun("live").AppendAsync([new KitLoaded("<script>alert(1)</script>")]);

        var message = await viewer.NextAsync();

        message.GetProperty("length").GetInt64().ShouldBe(3);
        message.GetProperty("html").GetString()!.ShouldContain("&lt;script&gt;");
        message.GetProperty("html").GetString()!.ShouldContain("id=\"p2\"");
    }

    [Fact]
    public async Task Follow_MoreThanMayFollow_IsRefused_UntilOneGoes()
    {
        var viewers = new List<Viewer>();
        for (var i = 0; i < 3; i++)
        {
            viewers.Add(await Viewer.OpenAsync(_client, "/ledger/live?stream=run:live"));
        }

        using var refused = await _client.GetAsync("/ledger/live?stream=run:live");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        viewers.ForEach(v => v.Dispose());
        for (var status = HttpStatusCode.ServiceUnavailable; status != HttpStatusCode.OK;)
        {
            using var answer = await _client.GetAsync("/ledger/live?stream=run:live", HttpCompletionOption.ResponseHeadersRead);
            status = answer.StatusCode;
        }
    }

    private sealed class Viewer(HttpResponseMessage answer, StreamReader reader) : IDisposable
    {
        public static async Task<Viewer> OpenAsync(HttpClient client, string path, string? lastEventId = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new("text/event-stream"));
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }

            var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
            return new Viewer(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        public async Task<JsonElement> NextAsync()
        {
            while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return JsonDocument.Parse(line[6..]).RootElement;
                }
            }

            throw new EndOfStreamException();
        }

        public async Task<List<int>> PositionsAsync(int count)
        {
            var positions = new List<int>();
            while (positions.Count < count)
            {
                var message = await NextAsync();
                positions.AddRange(message.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("position").GetInt32()));
            }

            return positions;
        }

        public void Dispose()
        {
            reader.Dispose();
            answer.Dispose();
        }
    }
}
