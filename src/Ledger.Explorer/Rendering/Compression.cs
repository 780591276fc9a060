using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Rendering;

/// <summary>Compresses answers for clients that accept it; streams of live events are sent as they are.</summary>
/// <remarks>Also over HTTPS: the only secret in a page is the token of its forms, which is another one each time.</remarks>
internal sealed class Compression(ILoggerFactory loggers)
{
    private static readonly string[] Types =
    [
        "text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "application/problem+json", "application/x-ndjson", "application/sql",
    ];

    private readonly IResponseCompressionProvider _provider = new ServiceCollection()
        .AddSingleton(loggers)
        .AddLogging()
        .AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = Types;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        })
        .BuildServiceProvider()
        .GetRequiredService<IResponseCompressionProvider>();

    /// <summary>The handler with its answers compressed.</summary>
    public RequestDelegate Around(RequestDelegate handler) => new ResponseCompressionMiddleware(handler, _provider).Invoke;
}
