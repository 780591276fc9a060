using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Ledger.Json;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Functions;

/// <summary>The result of a function as it is recorded, and back, live and from the log.</summary>
/// <remarks>
/// Contents, such as an image, stay what they are, because the model is shown them: they are recorded as <c>{"$contents": …}</c>. All else is JSON as it is, also with
/// members that look like those of contents; an object that looks like a form of this class is recorded as <c>{"$json": …}</c>.
/// </remarks>
internal static class ToolResultForm
{
    private const string ContentsMember = "$contents";
    private const string JsonMember = "$json";

    public static JsonElement Write(object? result, JsonSerializerOptions options)
    {
        switch (result)
        {
            case AIContent content:
                return Wrapped(ContentsMember, AgentJson.ToElement(content));
            case IEnumerable<AIContent> contents:
                return Wrapped(ContentsMember, AgentJson.ToElement<IList<AIContent>>([.. contents]));
            default:
                var json = AgentJson.ToElement(result, options);
                return IsWrapped(json, out _, out _) ? Wrapped(JsonMember, json) : json;
        }
    }

    public static object? Read(JsonElement json)
    {
        if (!IsWrapped(json, out var member, out var inner))
        {
            return json.ValueKind == JsonValueKind.Null ? null : json;
        }

        try
        {
            return member == JsonMember ? inner
                : inner.ValueKind == JsonValueKind.Array ? AgentJson.Read<IList<AIContent>>(inner)
                : AgentJson.Read<AIContent>(inner);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            return json;
        }
    }

    private static bool IsWrapped(JsonElement json, out string member, out JsonElement inner)
    {
        (member, inner) = ("", default);
        if (json.ValueKind != JsonValueKind.Object || json.GetPropertyCount() != 1)
        {
            return false;
        }

        var only = json.EnumerateObject().First();
        (member, inner) = (only.Name, only.Value);
        return member is ContentsMember or JsonMember;
    }

    // The text stays as it is, so that what cannot be stored is seen where the answer is recorded.
    private static JsonElement Wrapped(string member, JsonElement inner) =>
        JsonText.WithMembers(JsonText.Parse("{}"u8), [.. Encoding.UTF8.GetBytes($"\"{member}\":"), .. JsonMarshal.GetRawUtf8Value(inner)]);
}
