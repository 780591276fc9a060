using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Chat;

/// <summary>A response of a model as it is recorded: the JSON of Microsoft.Extensions.AI, with its text and model under the names of <c>llm.response</c>.</summary>
internal static class ChatResponseForm
{
    public static CallResponse Of(ChatResponse response)
    {
        var json = JsonSerializer.SerializeToNode(response, AgentJson.Options.GetTypeInfo(typeof(ChatResponse)))!.AsObject();
        json["text"] = response.Text;
        if (response.ModelId is { } model)
        {
            json["model"] = model;
        }

        return new CallResponse(JsonSerializer.SerializeToElement(json, AgentJson.Options.GetTypeInfo(typeof(JsonObject))))
        {
            InputTokens = response.Usage?.InputTokenCount,
            OutputTokens = response.Usage?.OutputTokenCount,
        };
    }

    /// <summary>The response of an answer; one that was recorded in another way has at least its text.</summary>
    public static ChatResponse Read(CallAnswer answer)
    {
        var json = answer.Response;
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array)
        {
            try
            {
                return AgentJson.Read<ChatResponse>(json)!;
            }
            catch (JsonException)
            {
                // The messages of something else.
            }
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text ?? json.GetRawText()))
        {
            ModelId = answer.Cost.Model,
            Usage = answer.Cost is { InputTokens: null, OutputTokens: null }
                ? null
                : new UsageDetails { InputTokenCount = answer.Cost.InputTokens, OutputTokenCount = answer.Cost.OutputTokens },
        };
    }
}
