using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Streams JSON to the client.</summary>
internal static class JsonAnswer
{
    // Browsers are told not to guess the content type, so only JSON syntax needs escaping.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = int.MaxValue,
        SkipValidation = true,
    };

    public static Task SendAsync<T>(HttpContext http, T answer, JsonTypeInfo<T> type) => SendAsync(http, "application/json", answer, type);

    public static async Task SendAsync<T>(HttpContext http, string contentType, T answer, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = contentType;
        var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        await using var _ = writer.ConfigureAwait(false);
        JsonSerializer.Serialize(writer, answer, type);
        await FinishAsync(http, writer).ConfigureAwait(false);
    }

    /// <summary>Sends JSON that exists already, such as a schema.</summary>
    public static async Task SendAsync(HttpContext http, JsonNode answer)
    {
        http.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        await using var _ = writer.ConfigureAwait(false);
        answer.WriteTo(writer);
        await FinishAsync(http, writer).ConfigureAwait(false);
    }

    /// <summary>Sends JSON text that exists already, in its own spelling.</summary>
    public static async Task SendRawAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(json), http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Streams JSON texts as an array, with constant memory.</summary>
    public static async Task SendRawArrayAsync(HttpContext http, IAsyncEnumerable<string> items)
    {
        http.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        await using var _ = writer.ConfigureAwait(false);
        writer.WriteStartArray();
        await foreach (var item in items.ConfigureAwait(false))
        {
            writer.WriteRawValue(item);
            await FlushAsync(http, writer).ConfigureAwait(false);
        }

        writer.WriteEndArray();
        await FinishAsync(http, writer).ConfigureAwait(false);
    }

    /// <summary>Streams items one per line (NDJSON).</summary>
    public static Task SendLinesAsync<T>(HttpContext http, IAsyncEnumerable<T> items, JsonTypeInfo<T> type) =>
        SendLinesAsync(http, items, (writer, item) => JsonSerializer.Serialize(writer, item, type));

    /// <summary>Streams JSON texts one per line (NDJSON).</summary>
    public static Task SendRawLinesAsync(HttpContext http, IAsyncEnumerable<string> items) =>
        SendLinesAsync(http, items, (writer, item) => writer.WriteRawValue(item));

    private static async Task SendLinesAsync<T>(HttpContext http, IAsyncEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        http.Response.ContentType = AcceptedTypes.Lines;
        var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        await using var _ = writer.ConfigureAwait(false);
        await foreach (var item in items.ConfigureAwait(false))
        {
            write(writer, item);
            writer.Flush();
            http.Response.BodyWriter.GetSpan(1)[0] = (byte)'\n';
            http.Response.BodyWriter.Advance(1);
            writer.Reset();
            await FlushAsync(http, writer).ConfigureAwait(false);
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task FinishAsync(HttpContext http, Utf8JsonWriter writer)
    {
        await writer.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    private static async ValueTask FlushAsync(HttpContext http, Utf8JsonWriter writer)
    {
        if (writer.BytesPending + http.Response.BodyWriter.UnflushedBytes > 64 * 1024)
        {
            await writer.FlushAsync(http.RequestAborted).ConfigureAwait(false);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
    }
}
