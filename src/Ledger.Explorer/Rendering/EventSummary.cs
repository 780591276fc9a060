using System.Text;
using System.Text.Json;
using Ledger.Explorer.Chat;

namespace Ledger.Explorer.Rendering;

/// <summary>Summarizes an event in one line, from the beginning of its data.</summary>
internal static class EventSummary
{
    private const int Length = 140;

    // The beginning is enough for one line, however large the data is.
    private const int Looked = 4_096;

    // Of a prompt the last message says more than the first, which is the same in all of a run.
    private const int LookedOfTalk = 65_536;

    /// <summary>The summary; only the beginning of large data is read.</summary>
    public static string Of(RecordedEvent recorded)
    {
        var json = recorded.Json.Span;
        if (recorded.Type is "llm.request" or "llm.response" && json.Length <= LookedOfTalk && Said(recorded) is { } said)
        {
            return said;
        }

        if (json.Length > Looked)
        {
            return DisplayText.Cut(Encoding.UTF8.GetString(json[..Looked]).TrimEnd('\uFFFD'), Length);
        }

        var data = recorded.ToJsonElement();
        return data.ValueKind == JsonValueKind.Object ? DisplayText.Cut(Members(data), Length) : Line(data);
    }

    /// <summary>A value on one line.</summary>
    public static string Line(JsonElement value, int length = Length) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.String => DisplayText.Cut(value.GetString()!, length),
        _ => DisplayText.Cut(value.GetRawText(), length),
    };

    // What was said last, and by whom; null if it is in no known form.
    private static string? Said(RecordedEvent recorded)
    {
        var data = recorded.ToJsonElement();
        var isRequest = recorded.Type == "llm.request";
        var messages = isRequest ? ChatForm.Request(data) : ChatForm.Response(data);
        if (messages.LastOrDefault(message => message.Parts.Any(IsSaid)) is not { } last)
        {
            return null;
        }

        var line = string.Join(" · ", last.Parts.Where(IsSaid).Select(Line));
        return DisplayText.Cut(isRequest ? $"{last.Role}: {line}" : line, Length);
    }

    private static bool IsSaid(ChatPart part) => part.Kind is ChatPartKind.Text or ChatPartKind.Call or ChatPartKind.Result;

    private static string Line(ChatPart part) => part.Text is { } text
        ? DisplayText.Cut(text, Length)
        : $"{(part.Title is { } title ? DisplayText.Cut(title, Length) + " " : "")}{Line(part.Json)}";

    private static string Members(JsonElement data)
    {
        var line = new StringBuilder();
        foreach (var member in data.EnumerateObject())
        {
            if (line.Length > Length)
            {
                break;
            }

            var separator = line.Length == 0 ? "" : " · ";
            line.Append(separator).Append(member.Name).Append(": ").Append(Line(member.Value));
        }

        return line.ToString();
    }
}
