using System.Text;
using System.Text.Json;

namespace Ledger.Runs;

/// <summary>What the JSON of calls says about a run, in the shapes that providers and Microsoft.Extensions.AI give it.</summary>
internal static class RunText
{
    private const int LongestTitle = 120;
    private const int Deepest = 8;

    private static readonly string[] ReasonNames = ["finish_reason", "finishReason", "stop_reason", "stopReason"];
    private static readonly string[] CallNames = ["tool_calls", "toolCalls", "function_call", "functionCall"];
    private static readonly string[] Inner = ["choices", "message", "messages", "content", "contents", "output", "response"];

    /// <summary>The model that a request or response names; null for none.</summary>
    public static string? ModelOf(JsonElement data) => CallCost.Read(data).Model;

    /// <summary>The error of a response; null where it has none.</summary>
    public static string? ErrorOf(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("error", out var error))
        {
            return null;
        }

        return error.ValueKind switch
        {
            JsonValueKind.String => error.GetString(),
            JsonValueKind.Object when error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String => message.GetString(),
            _ => error.GetRawText(),
        };
    }

    /// <summary>The result that the end of a recording states, with the error of a failure; null where it states none.</summary>
    /// <remarks>An agent that was stopped and submitted what it had has <c>submitted (exit_cost)</c>: its work was done.</remarks>
    public static (RunStatus Outcome, string? Error)? ResultOf(JsonElement ended)
    {
        if (ErrorOf(ended) is { } error && !string.IsNullOrWhiteSpace(error))
        {
            return (RunStatus.Failed, error);
        }

        if (ended.ValueKind != JsonValueKind.Object
            || !ended.TryGetProperty("exit_status", out var exit)
            || exit.ValueKind != JsonValueKind.String
            || exit.GetString() is not { Length: > 0 } status)
        {
            return null;
        }

        return status.StartsWith("submitted", StringComparison.OrdinalIgnoreCase) ? (RunStatus.Done, null) : (RunStatus.Failed, status);
    }

    /// <summary>The beginning of the first thing that a user asks in a request, on one line; null for none.</summary>
    public static string? TitleOf(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var name in new[] { "messages", "input", "prompt" })
        {
            if (request.TryGetProperty(name, out var asked) && TextOf(asked) is { } text && OneLine(text) is { Length: > 0 } title)
            {
                return title;
            }
        }

        return null;
    }

    /// <summary>Whether a model's answer asks for a tool to be called, so that the run goes on.</summary>
    public static bool AsksForTool(JsonElement answer) => AsksForTool(answer, 0);

    /// <summary>The ids of the requests that a response or another event on a call may belong to, in the order in which they count.</summary>
    public static IEnumerable<Guid> RequestsNamedBy(RecordedEvent recorded)
    {
        foreach (var cause in recorded.Metadata.Causes)
        {
            yield return cause;
        }

        if (recorded.Type == "tool.returned"
            && recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data
            && data.TryGetProperty("call_id", out var callId) && callId.ValueKind == JsonValueKind.String && callId.TryGetGuid(out var id))
        {
            yield return id;
        }
    }

    private static bool AsksForTool(JsonElement part, int depth)
    {
        if (depth > Deepest)
        {
            return false;
        }

        if (part.ValueKind == JsonValueKind.Array)
        {
            return part.EnumerateArray().Any(item => AsksForTool(item, depth + 1));
        }

        return part.ValueKind == JsonValueKind.Object
            && (ReasonNames.Any(name => TextIn(part, name) is "tool_calls" or "tool_use" or "function_call" or "tool-calls")
                || TextIn(part, "type") is "tool_use" or "function_call"
                || TextIn(part, "$type") is "functionCall" or "toolApprovalRequest" or "functionApprovalRequest"
                || CallNames.Any(name => part.TryGetProperty(name, out var calls) && HasAny(calls))
                || Inner.Any(name => part.TryGetProperty(name, out var inner) && AsksForTool(inner, depth + 1)));
    }

    private static bool HasAny(JsonElement calls) =>
        calls.ValueKind == JsonValueKind.Array ? calls.GetArrayLength() > 0 : calls.ValueKind == JsonValueKind.Object;

    private static string? TextIn(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? TextOf(JsonElement asked)
    {
        if (asked.ValueKind == JsonValueKind.String)
        {
            return asked.GetString();
        }

        if (asked.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var message in asked.EnumerateArray().Where(m => m.ValueKind == JsonValueKind.Object && TextIn(m, "role") is "user"))
        {
            foreach (var name in new[] { "content", "contents" })
            {
                if (message.TryGetProperty(name, out var content) && PartsOf(content) is { Length: > 0 } text)
                {
                    return text;
                }
            }
        }

        return null;
    }

    private static string? PartsOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString(),
        JsonValueKind.Array => content.EnumerateArray()
            .Select(part => part.ValueKind == JsonValueKind.Object ? TextIn(part, "text") : null)
            .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)),
        _ => null,
    };

    private static string OneLine(string text)
    {
        var line = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (isSpace && (line.Length == 0 || line[^1] == ' '))
            {
                continue;
            }

            if (line.Length >= LongestTitle)
            {
                return line.ToString().TrimEnd() + "…";
            }

            line.Append(isSpace ? " " : rune.ToString());
        }

        return line.ToString().TrimEnd();
    }
}
