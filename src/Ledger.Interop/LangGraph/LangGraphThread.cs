using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.LangGraph;

/// <summary>Reads the checkpoints of a thread. What a checkpoint becomes depends only on those before it; what is pending comes at the end.</summary>
/// <remarks>
/// The first checkpoint that follows another continues its run or branch, each later one is a fork. A graph in another begins a branch at the checkpoint of the
/// outer one. Messages that the state has for the first time become parts of the conversation, other channels objects of the world.
/// </remarks>
internal sealed class LangGraphThread(RecordingSource source, IReadOnlyList<LinePlace> places, string run)
{
    private readonly Dictionary<CheckpointKey, LangGraphNode> _nodes = [];
    private readonly List<LangGraphNode> _order = [];
    private readonly List<LangGraphTrack> _tracks = [new LangGraphTrack(run)];
    private readonly List<(int Track, NewEvent Event)> _made = [];

    /// <summary>The ids of the run and its branches, in the order in which they begin.</summary>
    public IReadOnlyList<string> TrackIds => [.. _tracks.Select(track => track.Id)];

    /// <summary>The events, each with the number of its track; once for an instance.</summary>
    public IEnumerable<(int Track, NewEvent Event)> Read(Extras extras)
    {
        using var parts = source.OpenParts();
        foreach (var place in places)
        {
            Add(place, new Fields(Parse(parts, place)), parts, extras);
            foreach (var made in _made)
            {
                yield return made;
            }

            _made.Clear();
        }

        foreach (var node in _order.Where(node => !node.IsContinued))
        {
            new CheckpointWrites(this, node, new Fields(Parse(parts, node.Place))).AddPending();
            foreach (var made in _made)
            {
                yield return made;
            }

            _made.Clear();
        }
    }

    /// <summary>Adds an event.</summary>
    /// <returns>Its id.</returns>
    public string Add(int track, string id, object data, IReadOnlyList<string> causes, DateTimeOffset? time)
    {
        id = _tracks[track].Unique(id);
        Add(track, new NewEvent(data, new EventMetadata
        {
            Actor = Conversation.Environment,
            Source = RecordingFormat.LangGraph.Name,
            ForeignId = id,
            ForeignCauses = [.. causes],
            OccurredAt = time,
        }));
        return id;
    }

    /// <summary>An id that no other event of a track has.</summary>
    public string Unique(int track, string id) => _tracks[track].Unique(id);

    /// <summary>A part of an id: a text, or a hash of one that is long or cannot be stored.</summary>
    public static string Short(string? text) => SpanTracks.RunOf(text is null or "" ? "none" : text);

    private static JsonElement Parse(SourceParts parts, LinePlace place) => JsonSource.Parse(parts.ReadAt(place.Offset, place.Length), place.Number, "entry", "entries");

    private void Add(int track, NewEvent item)
    {
        _tracks[track].Length++;
        _made.Add((track, item));
    }

    private void Add(LinePlace place, Fields line, SourceParts parts, Extras extras)
    {
        var key = new CheckpointKey(line.Text("checkpoint_ns") ?? "", line.Text("checkpoint_id") ?? $"line-{place.Number}");
        if (_nodes.ContainsKey(key))
        {
            extras.Add("repeated checkpoints");
            return;
        }

        line.Skip("thread_id", CheckpointCopy.RenamedMember);
        if (line.Json.Member(CheckpointCopy.RenamedMember) is { ValueKind: JsonValueKind.Number } renamed && renamed.TryGetInt64(out var count))
        {
            extras.Add("members that got a number, because another has their name", count);
        }

        var parent = line.Text("parent_checkpoint_id") is { } id ? _nodes.GetValueOrDefault(key with { Id = id }) : null;
        var metadata = line.Object("metadata");
        var checkpoint = line.Object("checkpoint");
        var (track, state) = Attach(key, parent, metadata);
        var time = checkpoint.Time("ts");
        var conversation = state.Conversation.Copy();
        var channels = new CheckpointChannels(this, track, key, time, conversation, state, extras);
        channels.ReadMessages(checkpoint, () => parent is null ? default : Parse(parts, parent.Place));
        foreach (var item in conversation.Take())
        {
            Add(track, item);
        }

        var last = AddCheckpoint(track, key, time, (line, checkpoint, metadata), channels.Control, parent, conversation.Ends, extras);
        last = channels.AddObjects(last);
        var node = new LangGraphNode(place, track, _tracks[track].Length, last, channels.State) { Tasks = CheckpointWrites.TasksOf(line.Json) };
        _nodes[key] = node;
        _order.Add(node);
        new CheckpointWrites(this, node, line).AddSpecial(extras);
    }

    /// <summary>Finds the track of a checkpoint and the state that it begins with, and begins a branch where needed.</summary>
    private (int Track, LangGraphState State) Attach(CheckpointKey key, LangGraphNode? parent, Fields metadata)
    {
        if (parent is { IsContinued: false })
        {
            parent.IsContinued = true;
            return (parent.Track, parent.State);
        }

        var step = metadata.Json.Member("step");
        if (parent is not null)
        {
            return (Fork(key, parent, $"fork at step {(step.ValueKind == JsonValueKind.Number ? step.GetRawText() : "?")}"), parent.State);
        }

        if (key.Namespace.Length == 0)
        {
            var isFirst = !_nodes.Keys.Any(known => known.Namespace.Length == 0);
            return (isFirst ? 0 : Fork(key, null, "another beginning"), LangGraphState.Empty);
        }

        // A graph in another has channels of its own.
        var outer = OuterOf(key, metadata);
        return (Fork(key, outer, NameOf(key.Namespace)), outer is null ? LangGraphState.Empty : outer.State with { Channels = LangGraphState.Empty.Channels });
    }

    /// <summary>The checkpoint of the graph around a namespace: the innermost that is named, else the last one of the whole graph.</summary>
    private LangGraphNode? OuterOf(CheckpointKey key, Fields metadata)
    {
        var named = metadata.Json.Member("parents") is { ValueKind: JsonValueKind.Object } parents
            ? parents.EnumerateObject()
                .Select(member => new CheckpointKey(RecordedJson.NameOf(member), RecordedJson.TextOf(member.Value) ?? ""))
                .Where(parent => parent.Namespace != key.Namespace && _nodes.ContainsKey(parent))
                .OrderByDescending(parent => parent.Namespace.Length)
                .Select(parent => _nodes[parent])
                .FirstOrDefault()
            : null;
        return named ?? _order.FindLast(node => node.Track == 0);
    }

    private int Fork(CheckpointKey key, LangGraphNode? from, string name)
    {
        var track = _tracks.Count;
        var (parent, at) = from is null ? (0, 0) : (from.Track, from.Length);
        var id = $"{run}-{Short(key.Id)}";
        for (var number = 2; _tracks.Exists(known => known.Id == id); number++)
        {
            id = $"{run}-{Short(key.Id)}-{number}";
        }

        _tracks.Add(new LangGraphTrack(id) { Length = at });
        var fork = Track.Fork(RecordingFormat.LangGraph, id, _tracks[track].Unique($"fork.{Short(key.Id)}"), _tracks[parent].Id, at, name, from is null ? [] : [from.Last]);
        Add(track, fork);
        return track;
    }

    private string AddCheckpoint(
        int track,
        CheckpointKey key,
        DateTimeOffset? time,
        (Fields Line, Fields Checkpoint, Fields Metadata) parts,
        JsonObject control,
        LangGraphNode? parent,
        IReadOnlyList<string> causes,
        Extras extras)
    {
        var (line, checkpoint, metadata) = parts;
        var data = new JsonObject { ["checkpoint_id"] = key.Id };
        if (line.Text("parent_checkpoint_id") is { } before)
        {
            data["parent_checkpoint_id"] = before;
        }

        if (parent is { Tasks.Count: > 0 })
        {
            data["tasks"] = parent.Tasks.DeepClone();
        }

        if (key.Namespace.Length > 0)
        {
            data["namespace"] = key.Namespace;
        }

        foreach (var name in new[] { "source", "step", "parents" })
        {
            if (RecordedJson.SaysSomething(metadata.Json.Member(name)))
            {
                data[name] = metadata.Any(name).ToNode();
            }
        }

        if (RecordedJson.SaysSomething(checkpoint.Json.Member("updated_channels")))
        {
            data["updated_channels"] = checkpoint.Any("updated_channels").ToNode();
        }

        if (control.Count > 0)
        {
            data["control"] = control;
        }

        line.Skip("writes");
        checkpoint.Skip("id", "v", "channel_values");
        AddRest(data, "checkpoint", checkpoint.Rest(extras, "checkpoint."));
        AddRest(data, "metadata", metadata.Rest(extras, "metadata."));
        AnthropicBlocks.AddExtra(data, line.Rest(extras, ""));
        return Add(track, $"checkpoint.{Short(key.Id)}", new UntypedEvent("langgraph.checkpoint", RecordedJson.ToElement(data)), causes, time);
    }

    private static void AddRest(JsonObject data, string name, JsonObject? rest)
    {
        if (rest is not null)
        {
            AnthropicBlocks.AddExtra(data, new JsonObject { [name] = rest });
        }
    }

    /// <summary>The nodes that lead to a graph in another: <c>outer:task|inner:task</c> is <c>outer/inner</c>.</summary>
    public static string NameOf(string space) =>
        string.Join('/', space.Split('|').Select(part => part.Split(':')[0]).Where(part => !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
}
