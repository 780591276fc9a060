using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.LangGraph;

/// <summary>Makes events of the channels that a checkpoint has with another version than the one before.</summary>
internal sealed class CheckpointChannels(
    LangGraphThread thread, int track, CheckpointKey key, DateTimeOffset? time, Conversation conversation, LangGraphState before, Extras extras)
{
    /// <summary>The type of an object that a channel is.</summary>
    public const string ObjectType = "channel";

    private readonly List<(string Channel, string Version, JsonElement Value)> _objects = [];
    private readonly List<(string Channel, string Version, JsonArray Values)> _written = [];
    private readonly List<(string Channel, string Version)> _ended = [];
    private ImmutableDictionary<string, Guid> _messages = before.Messages;
    private ImmutableDictionary<string, LangGraphChannel> _channels = before.Channels;

    /// <summary>The values of LangGraph's own channels, which say what comes next.</summary>
    public JsonObject Control { get; } = [];

    /// <summary>The state after the checkpoint.</summary>
    public LangGraphState State => new(conversation, _messages, _channels);

    /// <summary>Reads all channels, and adds the messages among them to the conversation.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="readParent">Reads the line of the checkpoint before; undefined if there is none.</param>
    public void ReadMessages(Fields checkpoint, Func<JsonElement> readParent)
    {
        var values = checkpoint.Json.Member("channel_values");
        var versions = VersionsOf(checkpoint.Json);
        JsonElement? parent = null;
        if (values.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in values.EnumerateObject())
            {
                var channel = RecordedJson.NameOf(member);
                var version = versions.GetValueOrDefault(channel) ?? LangChainObject.HashOf(member.Value).ToString("n");
                if (_channels.GetValueOrDefault(channel)?.Version != version)
                {
                    Read(channel, version, member.Value);
                }
            }
        }

        // A channel without a value was emptied, or is kept as what is written to it.
        foreach (var (channel, version) in versions)
        {
            if (values.Member(channel).ValueKind == JsonValueKind.Undefined && _channels.GetValueOrDefault(channel) is var known && known?.Version != version)
            {
                _channels = _channels.SetItem(channel, known is null ? new LangGraphChannel(version) : known with { Version = version });
                if (!IsControl(channel))
                {
                    ReadWritten(channel, version, [.. CheckpointWrites.ValuesOf(parent ??= readParent(), channel)]);
                }
            }
        }
    }

    /// <summary>Adds the other channels as objects.</summary>
    /// <param name="cause">The event of the checkpoint.</param>
    /// <returns>The last event.</returns>
    public string AddObjects(string cause)
    {
        var last = cause;
        foreach (var (channel, version) in _ended)
        {
            last = thread.Add(track, IdOf("state", channel, version), new ObjectRemoved(ObjectIdOf(channel)), [cause], time);
        }

        foreach (var (channel, version, value) in _objects)
        {
            if (AddObject(channel, version, value, cause) is { } id)
            {
                last = id;
            }
        }

        foreach (var (channel, version, values) in _written)
        {
            var data = new JsonObject { ["channel"] = channel, ["values"] = values };
            last = thread.Add(track, IdOf("written", channel, version), new UntypedEvent("langgraph.written", RecordedJson.ToElement(data)), [cause], time);
        }

        return last;
    }

    // Of Pregel: what starts nodes, and what was sent to them.
    private static bool IsControl(string channel) =>
        channel.StartsWith("__", StringComparison.Ordinal) || channel.StartsWith("branch:", StringComparison.Ordinal)
        || channel.StartsWith("start:", StringComparison.Ordinal) || channel.StartsWith("join:", StringComparison.Ordinal);

    private static Dictionary<string, string> VersionsOf(JsonElement checkpoint)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        if (checkpoint.Member("channel_versions") is { ValueKind: JsonValueKind.Object } all)
        {
            foreach (var member in all.EnumerateObject())
            {
                versions[RecordedJson.NameOf(member)] = RecordedJson.TextOf(member.Value) ?? member.Value.GetRawText();
            }
        }

        return versions;
    }

    private static string IdOf(string kind, string channel, string version) => $"{kind}.{LangGraphThread.Short(channel)}@{LangGraphThread.Short(version)}";

    private void Read(string channel, string version, JsonElement value)
    {
        var known = _channels.GetValueOrDefault(channel);
        LangChainObject.CountUnreadable(value, extras);
        if (IsControl(channel))
        {
            _channels = _channels.SetItem(channel, new LangGraphChannel(version));
            Control[channel.Replace('\0', '\uFFFD')] = value.ToNode();
        }
        else if (LangChainObject.IsMessageList(value) || (known is { IsOfMessages: true } && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
        {
            ReadList(channel, version, value, isWhole: true);
        }
        else if (known?.Parts is null && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
        {
            // It may become a list of messages; there is an object once there is something in it.
            _channels = _channels.SetItem(channel, new LangGraphChannel(version));
        }
        else
        {
            _objects.Add((channel, version, value));
        }
    }

    private void ReadWritten(string channel, string version, List<JsonElement> values)
    {
        var known = _channels[channel];
        if (values.Count > 0 && values.TrueForAll(value => LangChainObject.Of(value).IsMessage || LangChainObject.IsMessageList(value)))
        {
            values.ForEach(value => ReadList(channel, version, value, isWhole: false));
        }
        else if (values.Count > 0)
        {
            _written.Add((channel, version, new JsonArray([.. values.Select(value => value.ToNode())])));
        }
        else if (known.Parts is not null && !known.IsOfMessages)
        {
            _objects.Add((channel, version, default));
        }
    }

    private void ReadList(string channel, string version, JsonElement list, bool isWhole)
    {
        var known = _channels.GetValueOrDefault(channel);
        var present = known is { IsOfMessages: true, Parts: { } parts } ? parts : ImmutableDictionary<string, Guid>.Empty;
        if (known is { IsOfMessages: false, Parts: not null })
        {
            _ended.Add((channel, version));
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var items = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [list];
        for (var i = 0; i < items.Count; i++)
        {
            var message = LangChainObject.Of(items[i]);
            var hash = LangChainObject.HashOf(items[i]);
            var id = message.Members.Text("id") is { Length: > 0 } own ? LangGraphThread.Short(own) : $"{LangGraphThread.Short(channel)}-{i}-{hash.ToString("n")[..12]}";
            if (message.Type == "remove")
            {
                (present, _messages) = (present.Remove(id), _messages.Remove(id));
                AddNote($"removed.{id}@{LangGraphThread.Short(version)}", "conversation.message_removed", new JsonObject { ["message"] = $"message.{id}" });
                continue;
            }

            ids.Add(id);
            present = present.SetItem(id, hash);
            AddMessage(id, hash, items[i], message);
        }

        foreach (var id in isWhole && ids.Count < present.Count ? present.Keys.Except(ids).Order(StringComparer.Ordinal).ToList() : [])
        {
            (present, _messages) = (present.Remove(id), _messages.Remove(id));
            AddNote($"removed.{id}@{LangGraphThread.Short(version)}", "conversation.message_removed", new JsonObject { ["message"] = $"message.{id}" });
        }

        _channels = _channels.SetItem(channel, new LangGraphChannel(version, present, IsOfMessages: true));
    }

    private void AddMessage(string id, Guid hash, JsonElement json, LangChainObject message)
    {
        if (!_messages.TryGetValue(id, out var known))
        {
            LangChainMessages.Add(conversation, PlaceOf($"message.{id}"), message, extras);
        }
        else if (known != hash)
        {
            AddNote($"message.{id}~{hash.ToString("n")[..12]}", "conversation.message_replaced", new JsonObject { ["message"] = $"message.{id}", ["by"] = json.ToNode() });
        }

        _messages = _messages.SetItem(id, hash);
    }

    private void AddNote(string id, string type, JsonObject data) => conversation.Note(PlaceOf(id), type, data);

    private Place PlaceOf(string id) => new(thread.Unique(track, id), time);

    private string? AddObject(string channel, string version, JsonElement value, string cause)
    {
        var id = ObjectIdOf(channel);
        var known = _channels.GetValueOrDefault(channel) is { IsOfMessages: false, Parts: { } properties } ? properties : null;
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            _channels = _channels.SetItem(channel, new LangGraphChannel(version));
            return thread.Add(track, IdOf("state", channel, version), new ObjectRemoved(id), [cause], time);
        }

        var data = LangChainObject.Of(value) is { Class: { } name } written && written.Members.ValueKind == JsonValueKind.Object ? Members(written, name)
            : value.ValueKind == JsonValueKind.Object ? (JsonObject)value.ToNode()!
            : new JsonObject { ["value"] = value.ToNode() };
        var parts = data.ToImmutableDictionary(member => member.Key, member => LangChainObject.HashOf(RecordedJson.ToElement(member.Value)), StringComparer.Ordinal);
        _channels = _channels.SetItem(channel, new LangGraphChannel(version, parts));
        if (known is null || known.Keys.Any(name => !parts.ContainsKey(name)))
        {
            return thread.Add(track, IdOf("state", channel, version), new ObjectCreated(id, ObjectType, data), [cause], time);
        }

        var patch = new JsonObject(data.Where(member => known.GetValueOrDefault(member.Key) != parts[member.Key]).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        return patch.Count == 0 ? null : thread.Add(track, IdOf("state", channel, version), new ObjectPatched(id, patch), [cause], time);
    }

    private string ObjectIdOf(string channel)
    {
        var space = LangGraphThread.NameOf(key.Namespace);
        return (space.Length == 0 ? channel : $"{space}/{channel}").Replace('\0', '\uFFFD');
    }

    private static JsonObject Members(LangChainObject written, string name)
    {
        var data = (JsonObject)written.Members.ToNode()!;
        data.TryAdd(MsgpackJson.TypeMember, name);
        return data;
    }
}
