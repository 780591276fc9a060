using System.Diagnostics;
using System.Text.Json;
using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Failures as problem details (RFC 9457).</summary>
internal static class Problems
{
    public static Task SendAsync(HttpContext http, Failure failure)
    {
        http.Response.StatusCode = failure.Status;
        return JsonAnswer.SendAsync(http, "application/problem+json", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", $"https://tools.ietf.org/html/rfc9110#name-{failure.Status}");
            writer.WriteString("title", failure.Title);
            writer.WriteNumber("status", failure.Status);
            writer.WriteString("detail", failure.Detail);
            foreach (var (name, value) in failure.Facts)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value);
            }

            if (Activity.Current?.Id is { } trace)
            {
                writer.WriteString("trace_id", trace);
            }

            writer.WriteEndObject();
        });
    }
}
