using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Conversations;

/// <summary>The content of a message: text, or a list of parts, of which some may be images and other things.</summary>
internal static class Content
{
    private static readonly string[] TextTypes = ["text", "input_text", "output_text"];

    /// <summary>The text: that of all parts of text; null if there is none.</summary>
    public static string? TextOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return RecordedJson.TextOf(content);
        }

        var texts = content.ValueKind == JsonValueKind.Array ? content.EnumerateArray().Where(IsText).Select(p => p.Text("text")!).ToList() : [];
        return texts.Count == 0 ? null : string.Join('\n', texts);
    }

    /// <summary>The content for an answer: null where <see cref="TextOf"/> has all of it.</summary>
    public static JsonNode? PartsOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String => null,
        JsonValueKind.Array when content.EnumerateArray().All(IsPlainText) => null,
        _ => content.ToNode(),
    };

    /// <summary>Whether a part is text.</summary>
    public static bool IsText(JsonElement part) => part.Text("text") is not null && TextTypes.Contains(part.Text("type") ?? "text");

    // Text with members beside it, such as annotations, is kept whole.
    private static bool IsPlainText(JsonElement part) =>
        IsText(part) && part.EnumerateObject().All(m => RecordedJson.NameOf(m) is "text" or "type" || !RecordedJson.SaysSomething(m.Value));
}
