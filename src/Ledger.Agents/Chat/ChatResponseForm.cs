using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Runs;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Chat;

/// <summary>A response of a model as it is recorded: the JSON of Microsoft.Extensions.AI, with its text, model and provider under the names of <c>llm.response</c>.</summary>
internal static class ChatResponseForm
{
    /// <summary>The response, which also says what provider it is of; null if that is not known.</summary>
    public static CallResponse Of(ChatResponse response, string? provider)
    {
        var json = NodeOf(response);
        json["text"] = response.Text;
        if (provider is not null)
        {
            json["provider"] = provider;
        }

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

    /// <summary>The response of an answer; one that was recorded in another way, or cut, has at least its text.</summary>
    public static ChatResponse Read(CallAnswer answer)
    {
        var json = answer.Response;
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array)
        {
#pragma warning disable CA1031 // What others wrote may fail in any constructor of a content; the text is there all the same.
            try
            {
                var read = AgentJson.Read<ChatResponse>(json)!;
                if (read.Messages.Count > 0 && read.Messages.Any(m => m.Contents.Count > 0) && read.Messages.All(m => m is not null))
                {
                    return read;
                }
            }
            catch (Exception)
            {
                // The messages of something else.
            }
#pragma warning restore CA1031
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text ?? json.GetRawText()))
        {
            ModelId = answer.Cost.Model,
            Usage = answer.Cost is { InputTokens: null, OutputTokens: null }
                ? null
                : new UsageDetails { InputTokenCount = answer.Cost.InputTokens, OutputTokenCount = answer.Cost.OutputTokens },
        };
    }

    private static JsonObject NodeOf(ChatResponse response)
    {
        try
        {
            return JsonSerializer.SerializeToNode(response, AgentJson.Options.GetTypeInfo(typeof(ChatResponse)))!.AsObject();
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or ArgumentException or InvalidOperationException)
        {
            // The answer is paid for: what has a JSON form is recorded.
            var plain = new ChatResponse
            {
                ResponseId = response.ResponseId,
                ConversationId = response.ConversationId,
                ModelId = response.ModelId,
                CreatedAt = response.CreatedAt,
                FinishReason = response.FinishReason,
                Usage = response.Usage,
            };
            var json = JsonSerializer.SerializeToNode(plain, AgentJson.Options.GetTypeInfo(typeof(ChatResponse)))!.AsObject();
            json["messages"] = new JsonArray([.. response.Messages.Select(AgentJson.NodeOf)]);
            return json;
        }
    }
}
