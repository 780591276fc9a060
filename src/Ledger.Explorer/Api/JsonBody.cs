using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The JSON object in the body of a request that writes.</summary>
internal sealed class JsonBody(JsonElement root)
{
    /// <summary>Reads the body.</summary>
    /// <remarks>Only JSON is accepted: a page of another site cannot send it without a CORS preflight.</remarks>
    /// <param name="request">The request.</param>
    /// <param name="type">The contract of the body.</param>
    public static async Task<JsonBody> ReadAsync(ExplorerRequest request, JsonTypeInfo type)
    {
        CheckType(request, "application/json");
        if (request.Http.Request.ContentLength is 0)
        {
            return new JsonBody(JsonDocument.Parse("{}").RootElement);
        }

        using var document = await JsonDocument.ParseAsync(
            request.Http.Request.Body, new JsonDocumentOptions { MaxDepth = 1_024 }, request.Aborted).ConfigureAwait(false);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new BadRequestException("The body must be a JSON object.");
        }

        var names = type.Properties.Select(property => property.Name).ToArray();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!names.Any(member.NameEquals))
            {
                var known = names.Length == 0 ? "the body has none" : $"known: {string.Join(", ", names)}";
                throw new BadRequestException($"'{DisplayText.Cut(NameOf(member), 60)}' is not a member of the body; {known}.");
            }
        }

        return new JsonBody(document.RootElement.Clone());
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    /// <summary>Refuses other content types. Capitals and parameters do not matter.</summary>
    /// <returns>The type that it is, as it is named here.</returns>
    public static string CheckType(ExplorerRequest request, params ReadOnlySpan<string> types)
    {
        var given = request.Http.Request.ContentType?.Split(';')[0].Trim() ?? "";
        foreach (var type in types)
        {
            if (type.Equals(given, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        throw new BadHttpRequestException(
            $"The content type must be {string.Join(" or ", types!)}, but was '{DisplayText.Cut(given, 60)}'.",
            StatusCodes.Status415UnsupportedMediaType);
    }

    public string? Text(string name)
    {
        try
        {
            return Find(name, JsonValueKind.String) is { } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            throw new BadRequestException($"'{name}' holds half of a surrogate pair, which is not a character.");
        }
    }

    public Position? Position(string name) => Find(name, JsonValueKind.Number) is not { } value
        ? null
        : value.TryGetInt64(out var number) && number >= 0
            ? new Position(number)
            : throw new BadRequestException($"'{name}' must be a whole number from 0.");

    /// <summary>A member of any kind, null included; null if it is absent.</summary>
    public JsonElement? Any(string name) => root.TryGetProperty(name, out var value) ? value : null;

    /// <summary>A mandatory array.</summary>
    public JsonElement Array(string name) =>
        FindArray(name) ?? throw new BadRequestException($"The body lacks '{name}', an array.");

    /// <summary>A list of texts; empty if it is absent.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (FindArray(name) is not { } array)
        {
            return [];
        }

        try
        {
            return [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw new BadRequestException($"'{name}' must be a list of texts, but has JSON of the kind {item.ValueKind}."))];
        }
        catch (InvalidOperationException)
        {
            throw new BadRequestException($"'{name}' holds half of a surrogate pair, which is not a character.");
        }
    }

    public JsonElement? FindArray(string name) => Find(name, JsonValueKind.Array);

    private JsonElement? Find(string name, JsonValueKind kind) =>
        !root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null
            ? null
            : value.ValueKind == kind
                ? value
                : throw new BadRequestException($"'{name}' must be JSON of the kind {kind}, but was {value.ValueKind}.");
}
