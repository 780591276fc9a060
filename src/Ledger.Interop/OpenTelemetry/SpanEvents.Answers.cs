using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What a model answered.</summary>
internal sealed partial class SpanEvents
{
    private WrittenData Response()
    {
        var (more, others) = (new JsonObject(), new JsonObject());
        var answer = Content.Output.Count > 0 ? Content.Output[0] : [];
        var text = answer["content"] is null ? null : TextAndParts(answer["content"]!, more);
        foreach (var (name, value) in answer)
        {
            if (name is not ("role" or "content") && RecordedJson.SaysSomething(value))
            {
                more[name] = value?.DeepClone();
            }
        }

        var usage = UsageOf();
        var cost = _attributes.Price(GenAiNames.Cost);
        var model = _attributes.Text(GenAiNames.ResponseModel) ?? _attributes.Peek(GenAiNames.RequestModel);

        // An event has each member once.
        foreach (var (name, isOwn) in new[]
        {
            ("text", text is not null), ("model", model is not null), ("cost_usd", cost is not null), ("usage", usage.Count > 0), ("choices", Content.Output.Count > 1), ("span", true),
        })
        {
            if (isOwn && more.Remove(name, out var other))
            {
                others[name] = other;
                Extras.Add($"message.{name}");
            }
        }

        if (Content.Output.Count > 1)
        {
            more["choices"] = new JsonArray([.. Content.Output.Skip(1).Select(choice => choice.DeepClone())]);
        }

        AddIfAny(more, "usage", usage);
        AddEnd(more, others);
        return Event("llm.response", writer =>
        {
            if (text is not null)
            {
                writer.WriteString("text", text);
            }

            if (model is not null)
            {
                writer.WriteString("model", model);
            }

            if (cost is { } price)
            {
                writer.WriteNumber("cost_usd", price);
            }

            Write(writer, more);
        });
    }

    // Most answers are a text.
    private static string? TextAndParts(JsonNode content, JsonObject more)
    {
        if (content.GetValueKind() == JsonValueKind.String)
        {
            return content.GetValue<string>();
        }

        var element = RecordedJson.ToElement(content);
        if (Conversations.Content.PartsOf(element) is { } parts)
        {
            more["content"] = parts;
        }

        return Conversations.Content.TextOf(element);
    }
}
