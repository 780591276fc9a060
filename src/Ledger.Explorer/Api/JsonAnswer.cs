using System.Text.Encodings.Web;
using System.Text.Json;
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

    public static Task SendAsync(HttpContext http, Action<Utf8JsonWriter> write) => SendAsync(http, "application/json", write);

    public static async Task SendAsync(HttpContext http, string type, Action<Utf8JsonWriter> write)
    {
        http.Response.ContentType = type;
        var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        await using var _ = writer.ConfigureAwait(false);
        write(writer);
        await writer.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Streams items as an array, with constant memory.</summary>
    public static async Task SendArrayAsync<T>(HttpContext http, IAsyncEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        http.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        await using var _ = writer.ConfigureAwait(false);
        writer.WriteStartArray();
        await foreach (var item in items.ConfigureAwait(false))
        {
            write(writer, item);
            await FlushAsync(http, writer).ConfigureAwait(false);
        }

        writer.WriteEndArray();
        await writer.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Streams items one per line (NDJSON).</summary>
    public static async Task SendLinesAsync<T>(HttpContext http, IAsyncEnumerable<T> items, Action<Utf8JsonWriter, T> write)
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

    private static async ValueTask FlushAsync(HttpContext http, Utf8JsonWriter writer)
    {
        if (writer.BytesPending + http.Response.BodyWriter.UnflushedBytes > 64 * 1024)
        {
            await writer.FlushAsync(http.RequestAborted).ConfigureAwait(false);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
    }
}
