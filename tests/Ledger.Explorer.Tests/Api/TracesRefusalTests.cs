using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>Refusals of spans, as bytes: a <c>google.rpc.Status</c> in the encoding of the request, and whether it may be sent again.</summary>
public sealed class TracesRefusalTests
{
    private const string Traces = "/ledger/api/v1/otlp/v1/traces";
    private const string Protobuf = "application/x-protobuf";

    // A google.protobuf.Any of a google.rpc.BadRequest, as far as its own text.
    private static readonly string TypeName = Convert.ToHexString(Encoding.ASCII.GetBytes("type.googleapis.com/google.rpc.BadRequest"));

    [Theory]
    [InlineData("0B", "The body is not a protobuf message of OTLP.")]
    [InlineData("0AFF", "The body breaks off in the middle of a protobuf message.")]
    public async Task BadData_Protobuf_IsAStatusWithWhatIsWrong(string hex, string text)
    {
        await using var host = await HostAsync();

        using var answer = await SendAsync(host, Convert.FromHexString(hex), "Application/X-Protobuf");

        var message = Convert.ToHexString(Encoding.UTF8.GetBytes(text));
        var violation = $"12{Length(message)}{message}";
        var bad = $"0A{Length(violation)}{violation}";
        var any = $"0A{Length(TypeName)}{TypeName}12{Length(bad)}{bad}";
        await ShouldBeAsync(answer, HttpStatusCode.BadRequest, Protobuf, Convert.FromHexString($"080312{Length(message)}{message}1A{Length(any)}{any}"));
        answer.Headers.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task BadData_Json_IsAStatusWithWhatIsWrong()
    {
        await using var host = await HostAsync();

        using var answer = await SendAsync(host, "{"u8.ToArray(), "application/json");

        const string Text = "Line 1, column 2: malformed JSON after 0 whole entries. Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.";
        await ShouldBeAsync(answer, HttpStatusCode.BadRequest, "application/json", Encoding.UTF8.GetBytes(
            $$$"""{"code":3,"message":"{{{Text}}}","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"description":"{{{Text}}}"}]}]}"""));
        answer.Headers.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task WithoutTheRight_IsAStatusInTheEncodingOfTheRequest()
    {
        await using var host = await ExplorerHost.InMemoryAsync();

        using var binary = await SendAsync(host, [], Protobuf);
        using var text = await SendAsync(host, "{}"u8.ToArray(), "application/json");
        using var other = await SendAsync(host, "{}"u8.ToArray(), "text/plain");

        binary.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await binary.Content.ReadAsByteArrayAsync())[..3].ShouldBe([0x08, 0x07, 0x12]);
        (await text.Content.ReadAsStringAsync()).ShouldStartWith("""{"code":7,"message":""");
        (await other.Content.ReadAsStringAsync()).ShouldStartWith("""{"code":7,"message":""");
    }

    [Fact]
    public async Task NoRoom_IsToBeSentAgainLater()
    {
        await using var host = await HostAsync();
        using var client = host.CreateClient();
        var bodies = Enumerable.Range(0, 9).Select(_ => new PendingBody(Protobuf)).ToList();
        var running = bodies.ConvertAll(body => client.PostAsync(Traces, body));

        using var refused = await (await Task.WhenAny(running));

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter!.ToString().ShouldBe("1");
        var bytes = await refused.Content.ReadAsByteArrayAsync();
        bytes[..3].ShouldBe([0x08, 0x0E, 0x12]);
        Encoding.UTF8.GetString(bytes.AsSpan(4)).ShouldBe("Other files are being taken, as many as there is room for. Nothing was written; send it again later.");
        bodies.ForEach(body => body.End());
        foreach (var answer in await Task.WhenAll(running))
        {
            answer.Dispose();
        }
    }

    private static Task<ExplorerHost> HostAsync() => ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });

    private static async Task<HttpResponseMessage> SendAsync(ExplorerHost host, byte[] body, string type)
    {
        using var client = host.CreateClient();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await client.PostAsync(Traces, content);
    }

    private static async Task ShouldBeAsync(HttpResponseMessage answer, HttpStatusCode status, string type, byte[] body)
    {
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        Convert.ToHexString(await answer.Content.ReadAsByteArrayAsync()).ShouldBe(Convert.ToHexString(body));
    }

    // As a varint of one or two bytes.
    private static string Length(string hex) => hex.Length / 2 is var length && length < 0x80 ? $"{length:X2}" : $"{(length & 0x7F) | 0x80:X2}{length >> 7:X2}";
}
