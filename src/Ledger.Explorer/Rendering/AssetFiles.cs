using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Rendering;

/// <summary>The style sheet and the scripts, embedded in the assembly; their names contain a hash of their content.</summary>
internal static class AssetFiles
{
    private static readonly Dictionary<string, (byte[] Bytes, string Type)> Files = [];

    public static string Style { get; } = Add("explorer.css", "text/css; charset=utf-8");

    public static string Script { get; } = Add("explorer.js", "text/javascript; charset=utf-8");

    /// <summary>Keys and commands.</summary>
    public static string Keys { get; } = Add("keys.js", "text/javascript; charset=utf-8");

    /// <summary>Graphs that are made larger.</summary>
    public static string Graph { get; } = Add("graph.js", "text/javascript; charset=utf-8");

    public static string Icon { get; } = Add("icon.svg", "image/svg+xml");

    /// <summary>The style sheet of pages, embedded in those that are files.</summary>
    public static string PageStyle { get; } = System.Text.Encoding.UTF8.GetString([.. Load("explorer.css"), .. Load("picture.css"), .. Load("file.css")]);

    /// <summary>The style sheet embedded in pictures that are separate files.</summary>
    public static string PictureStyle { get; } = System.Text.Encoding.UTF8.GetString(Load("picture.css"));

    /// <summary>Sends a file; the name is looked up in a table and never used as a path.</summary>
    public static Task SendAsync(HttpContext http)
    {
        if (http.Request.RouteValues["name"] is not string name || !Files.TryGetValue(name, out var file))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        http.Response.ContentType = file.Type;
        http.Response.ContentLength = file.Bytes.Length;
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted).AsTask();
    }

    private static string Add(string name, string type)
    {
        var bytes = Load(name);
        if (name.EndsWith(".css", StringComparison.Ordinal))
        {
            bytes = [.. bytes, .. Load("keys.css"), .. Load("picture.css")];
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        var address = $"{stem}.{hash}{extension}";
        Files[address] = (bytes, type);
        return address;
    }

    private static byte[] Load(string name)
    {
        using var stream = typeof(AssetFiles).Assembly.GetManifestResourceStream($"assets/{name}")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
