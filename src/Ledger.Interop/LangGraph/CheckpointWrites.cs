using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Reading;

namespace Ledger.Interop.LangGraph;

/// <summary>Makes events of what tasks wrote after a checkpoint: interrupts, answers to them, errors, and what no checkpoint has yet.</summary>
internal sealed class CheckpointWrites(LangGraphThread thread, LangGraphNode node, Fields line)
{
    /// <summary>Adds the writes that are about the work of the graph, not its state.</summary>
    public void AddSpecial(Extras extras)
    {
        var interrupts = new List<(string? Task, string Id)>();
        var writes = line.Json.Items("writes").Select(write => (Json: write, Type: TypeOf(write))).Where(write => write.Type is not null).ToList();

        // Answers come with lower numbers than the questions.
        foreach (var (json, type) in writes.OrderBy(write => write.Type == "langgraph.resume" ? 1 : 0))
        {
            var write = new Fields(json);
            var task = write.Text("task_id");
            List<string> asked = [.. interrupts.Where(asked => type == "langgraph.resume" && (asked.Task == task || !interrupts.Exists(i => i.Task == task))).Select(asked => asked.Id)];
            var id = Add(write, type!, asked.Count == 0 ? [node.Last] : asked, extras);
            if (type == "langgraph.interrupt")
            {
                interrupts.Add((task, id));
            }
        }
    }

    /// <summary>Adds the writes to channels, for a checkpoint that none follows.</summary>
    public void AddPending()
    {
        foreach (var write in line.Json.Items("writes").Where(write => TypeOf(write) is null))
        {
            Add(new Fields(write), "langgraph.pending", [node.Last], new Extras());
        }
    }

    /// <summary>The values that tasks wrote to a channel after the checkpoint of a line.</summary>
    public static IEnumerable<JsonElement> ValuesOf(JsonElement line, string channel) =>
        line.Items("writes").Where(write => write.Text("channel") == channel).Select(write => write.Member("value")).Where(value => value.ValueKind != JsonValueKind.Undefined);

    /// <summary>The tasks that wrote to channels after the checkpoint of a line.</summary>
    public static JsonArray TasksOf(JsonElement line) => new(
    [
        .. line.Items("writes").Where(write => TypeOf(write) is null).GroupBy(write => write.Text("task_id")).Select(task => new JsonObject
        {
            ["task_id"] = task.Key,
            ["channels"] = new JsonArray([.. task.Select(write => (JsonNode?)write.Text("channel"))]),
        }),
    ]);

    private static string? TypeOf(JsonElement write) => write.Text("channel") switch
    {
        "__interrupt__" => "langgraph.interrupt",
        "__resume__" => "langgraph.resume",
        "__error__" => "langgraph.error",
        "__scheduled__" or "__error_source_node__" or "__return__" or "__no_writes__" => "langgraph.write",
        _ => null,
    };

    private string Add(Fields write, string type, IReadOnlyList<string> causes, Extras extras)
    {
        var data = new JsonObject { ["checkpoint_id"] = line.Peek("checkpoint_id") };
        foreach (var name in new[] { "task_id", "idx", "channel", "value" })
        {
            if (write.Any(name) is { ValueKind: not JsonValueKind.Undefined } value)
            {
                data[name] = value.ToNode();
            }
        }

        LangChainObject.CountUnreadable(write.Json.Member("value"), extras);
        Anthropic.AnthropicBlocks.AddExtra(data, write.Rest(extras, "writes."));

        // An error or an interrupt is replaced by the next one of its task.
        var hash = write.Json.ValueKind == JsonValueKind.Undefined ? "" : Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(write.Json)).AsSpan(0, 6));
        return thread.Add(node.Track, $"{type["langgraph.".Length..]}.{LangGraphThread.Short(line.Peek("checkpoint_id"))}.{hash}", new UntypedEvent(type, RecordedJson.ToElement(data)), causes, line.Object("checkpoint").Time("ts"));
    }
}
