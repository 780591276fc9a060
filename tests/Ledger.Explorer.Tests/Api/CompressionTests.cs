using System.IO.Compression;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Answers are compressed for clients that accept it, and only what gains by it.</summary>
public sealed class CompressionTests : IAsyncLifetime
{
    private ExplorerHost _host = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await ExplorerHost.InMemoryAsync();
        _client = _host.CreateClient();
        await _host.Ledger.GetRun("long").AppendAsync([.. Enumerable.Range(0, 500).Select(i => new KitLoaded($"a kit of some length, number {i}"))]);
    }

    public async Task DisposeAsync()
    {
        _host.Errors.ShouldBeEmpty();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("/ledger/run?stream=run:long", "gzip")]
    [InlineData("/ledger/run?stream=run:long", "br")]
    [InlineData("/ledger/api/v1/streams/run:long/events?limit=500", "gzip")]
    [InlineData("/ledger/api/v1/streams/run:long/events?limit=500", "br")]
    [InlineData("/ledger/api/v1/log", "br")]
    public async Task Answer_IsSmaller_AndTheSame(string path, string encoding)
    {
        var plain = await _client.GetByteArrayAsync(path);

        using var answer = await AskAsync(path, encoding);
        var sent = await answer.Content.ReadAsByteArrayAsync();

        answer.Content.Headers.ContentEncoding.ShouldBe([encoding]);
        answer.Headers.Vary.ShouldContain("Accept-Encoding");
        sent.Length.ShouldBeLessThan(plain.Length / 5);
        using var read = new MemoryStream();
        await using Stream unpacked = encoding == "br" ? new BrotliStream(new MemoryStream(sent), CompressionMode.Decompress) : new GZipStream(new MemoryStream(sent), CompressionMode.Decompress);
        await unpacked.CopyToAsync(read);
        read.ToArray().ShouldBe(plain);
    }

    [Fact]
    public async Task LiveEvents_AreSentAsTheyAre()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ledger/api/v1/streams/run:long/events?from=0");
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Accept-Encoding", "br, gzip");
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.Content.Headers.ContentEncoding.ShouldBeEmpty();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2))).ShouldBe("retry: 1000");
    }

    private Task<HttpResponseMessage> AskAsync(string path, string encoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept-Encoding", encoding);
        return _client.SendAsync(request);
    }
}
