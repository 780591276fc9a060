using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <content>The AsyncAPI document.</content>
public sealed partial class EventContracts
{
    private static readonly (string Id, string Address, string Parameter, string Description)[] Channels =
    [
        ("runs", "run:{run}", "run", "The events of a run, in order."),
        ("branches", "branch:{branch}", "branch", "The own events of a branch, in order; the first one says what it shares."),
        ("tasks", "task:{task}", "task", "The changes of a task, its calls and its messages."),
        ("streams", "{stream}", "stream", "Any stream; its name is that of the channel."),
    ];

    /// <summary>The contracts as an AsyncAPI 3.0 document: a channel for each kind of stream, and a message for each event, with its data as the payload.</summary>
    /// <param name="title">What the application is called.</param>
    /// <param name="version">The version of the document, as the application counts it.</param>
    public string ToAsyncApi(string title, string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(title);
        ArgumentException.ThrowIfNullOrEmpty(version);
        var messages = Keys();
        return EventJson.ToText(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("asyncapi", "3.0.0");
            writer.WriteStartObject("info");
            writer.WriteString("title", title);
            writer.WriteString("version", version);
            writer.WriteString("description", "The events of a log, by the names of their types. Their data are the payloads.");
            writer.WriteEndObject();
            writer.WriteString("defaultContentType", "application/json");
            writer.WriteStartObject("channels");
            foreach (var (id, address, parameter, description) in Channels)
            {
                WriteChannel(writer, id, address, parameter, description, messages);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("operations");
            foreach (var channel in Channels)
            {
                writer.WriteStartObject($"read-{channel.Id}");
                writer.WriteString("action", "receive");
                WriteReference(writer, "channel", $"#/channels/{channel.Id}");
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteStartObject("components");
            writer.WriteStartObject("messages");
            foreach (var (key, contract) in messages)
            {
                WriteMessage(writer, key, contract);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    // A key has letters, digits, '.', '-' and '_' alone; names that become equal get a number.
    private List<(string Key, EventContract Contract)> Keys()
    {
        var (keys, taken) = (new List<(string Key, EventContract Contract)>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var contract in Events)
        {
            var key = string.Concat(contract.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
            for (var number = 2; !taken.Add(key); number++)
            {
                key = $"{key}_{number}";
            }

            keys.Add((key, contract));
        }

        return keys;
    }

    private static void WriteChannel(
        Utf8JsonWriter writer, string id, string address, string parameter, string description, List<(string Key, EventContract Contract)> messages)
    {
        writer.WriteStartObject(id);
        writer.WriteString("address", address);
        writer.WriteString("description", description);
        writer.WriteStartObject("parameters");
        writer.WriteStartObject(parameter);
        writer.WriteString("description", parameter == "stream" ? "The name of the stream." : $"The id of the {parameter}.");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("messages");
        foreach (var (key, contract) in messages)
        {
            if (IsIn(id, contract.Name))
            {
                WriteReference(writer, key, $"#/components/messages/{key}");
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static bool IsIn(string channel, string name)
    {
        var isOfTask = name.StartsWith("task.", StringComparison.Ordinal) || name is "call.saved" or "message.saved";
        return channel switch
        {
            "tasks" => isOfTask,
            "runs" => !isOfTask && name != "branch.created",
            "branches" => !isOfTask,
            _ => true,
        };
    }

    private static void WriteMessage(Utf8JsonWriter writer, string key, EventContract contract)
    {
        writer.WriteStartObject(key);
        writer.WriteString("name", contract.Name);
        if (contract.Schema.ValueKind == JsonValueKind.Object
            && contract.Schema.TryGetProperty("description", out var text) && text.ValueKind == JsonValueKind.String)
        {
            writer.WriteString("summary", text.GetString());
        }
        else if (contract.ReadAs is { } readAs && readAs != contract.Name)
        {
            writer.WriteString("summary", $"An old form, which is read as {readAs}.");
        }

        writer.WriteString("contentType", "application/json");
        writer.WriteStartObject("payload");
        writer.WriteString("schemaFormat", "application/schema+json;version=draft-2020-12");
        writer.WritePropertyName("schema");
        WriteDefinition(writer, contract);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter writer, string name, string to)
    {
        writer.WriteStartObject(name);
        writer.WriteString("$ref", to);
        writer.WriteEndObject();
    }
}
