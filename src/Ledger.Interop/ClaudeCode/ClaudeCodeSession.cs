using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.ClaudeCode;

/// <summary>Reads a session from its first line to its last. What a line becomes depends only on the lines before it, so that a session that goes on keeps its events.</summary>
/// <remarks>
/// The first continuation of a message is the run, each later one a branch. Results of tools, parts of one message and remarks of the program continue
/// nothing. An entry of a subagent without a parent begins a branch at the place where the run then is.
/// </remarks>
internal sealed class ClaudeCodeSession(RecordingSource source, string id)
{
    private static readonly string[] OfContext = ["sessionId", "version", "cwd", "gitBranch", "userType", "entrypoint", "slug", "agentId", "permissionMode"];

    private readonly Conversation _conversation = new(RecordingFormat.ClaudeCode) { Actor = "assistant" };
    private readonly Dictionary<string, ClaudeCodeNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _counted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _context = new(StringComparer.Ordinal);
    private readonly List<ClaudeCodeBranch> _branches = [new ClaudeCodeBranch(id, 0)];

    /// <summary>The run, and its branches in the order in which they begin.</summary>
    public IReadOnlyList<ClaudeCodeBranch> Branches => _branches;

    /// <summary>The version of the program that wrote the first lines.</summary>
    public string? Version { get; private set; }

    /// <summary>The events in the order of the file, each with the number of its branch; once for an instance.</summary>
    public IEnumerable<(int Branch, NewEvent Event)> Read(Extras extras, Action<long, long> cut)
    {
        foreach (var line in source.ReadJsonObjects(cut))
        {
            var fields = new Fields(line.Json);
            var hash = new Guid(SHA256.HashData(JsonMarshal.GetRawUtf8Value(line.Json)).AsSpan(0, 16));
            var uuid = IdOf(fields.Text("uuid"), line.Number);
            if (_nodes.TryGetValue(uuid, out var known))
            {
                if (known.Hash == hash)
                {
                    extras.Add("repeated lines, which are the same");
                    continue;
                }

                uuid = $"{uuid}-line-{line.Number}";
            }

            var (branch, parent, fork) = Attach(fields, uuid);
            if (fork is not null)
            {
                yield return (branch, fork);
            }

            foreach (var item in Events(fields, uuid, branch, parent, hash, extras))
            {
                yield return (branch, item);
            }
        }
    }

    /// <summary>Finds the branch of an entry, and begins a new one where needed.</summary>
    private (int Branch, ClaudeCodeNode? Parent, NewEvent? Fork) Attach(Fields fields, string uuid)
    {
        var isSide = fields.Flag("isSidechain") == true;
        var type = fields.Peek("type");
        var parent = Find(fields.Text("parentUuid")) ?? Find(fields.Text("logicalParentUuid"));
        if (parent is null)
        {
            return isSide && _nodes.Count > 0 && fields.Json.Text("parentUuid") is null
                ? Fork(0, _branches[0].Length, _branches[0].Last, uuid, "subagent")
                : (0, null, null);
        }

        var isContinuing = type is "user" or "assistant" && !IsResult(fields.Json) && !IsSameMessage(fields.Json, parent);
        if (!isContinuing)
        {
            return (parent.Branch, parent, null);
        }

        if (!parent.IsContinued)
        {
            parent.IsContinued = true;
            return (parent.Branch, parent, null);
        }

        var (branch, _, fork) = Fork(parent.Branch, parent.Length, parent.Ends, uuid, "continuation");
        return (branch, parent, fork);
    }

    private (int Branch, ClaudeCodeNode? Parent, NewEvent? Fork) Fork(int from, long at, IReadOnlyList<string> causes, string uuid, string name)
    {
        var branch = _branches.Count;
        var created = new ClaudeCodeBranch($"{id}-{(name == "subagent" ? "subagent" : "branch")}-{branch}", at) { Length = at + 1 };
        var fork = Track.Fork(RecordingFormat.ClaudeCode, created.Id, $"{uuid}.fork", _branches[from].Id, at, $"{name} {branch}", causes);
        created.Last = [fork.Metadata.ForeignId!];
        _branches.Add(created);
        return (branch, null, fork);
    }

    private IReadOnlyList<NewEvent> Events(Fields fields, string uuid, int branch, ClaudeCodeNode? parent, Guid hash, Extras extras)
    {
        var to = _branches[branch];
        IReadOnlyList<string> causes = parent is not null ? parent.Ends : to.Last;
        var time = fields.Time("timestamp");
        var message = fields.Json.Member("message").ValueKind == JsonValueKind.Object ? fields.Object("message") : null;
        var type = fields.Text("type");
        var messageId = type == "assistant" ? message?.Peek("id") : null;
        _conversation.Ends = causes;
        var isMessage = message is not null && type is "user" or "assistant";
        var more = MoreOf(fields, message, isMessage ? extras : null);
        var place = new Place(uuid, time);
        if (type == "assistant" && message is not null)
        {
            var isPartOf = messageId is not null && _answers.TryGetValue(messageId, out var answer) ? answer : null;
            var results = to.Results.Except(causes).ToList();
            _conversation.Ends = isPartOf is null ? [.. causes.Where(c => !_answered.Contains(c)), .. results] : causes;
            to.Results.Clear();
            var since = CountOnce(message, messageId, more);
            AnthropicBlocks.Answer(_conversation, place, message, more, isPartOf, extras);
            if (since > 0 && isPartOf is not null && _conversation.LastAnswer != place.Id)
            {
                _conversation.Note(
                    place.Of("usage") with { Causes = [isPartOf] }, Conversation.Usage, new JsonObject { ["usage"] = new JsonObject { ["output_tokens"] = since } }, _conversation.Actor);
            }

            if (messageId is not null)
            {
                _answers.TryAdd(messageId, uuid);
            }
        }
        else if (type == "user" && message is not null)
        {
            AnthropicBlocks.Tell(_conversation, place, message, more, extras);
            to.Results.AddRange(_conversation.Ends.Where(end => end.StartsWith($"{uuid}.result", StringComparison.Ordinal)));
            _answered.UnionWith(causes.Except(_conversation.Ends));
        }
        else
        {
            if (message is not null)
            {
                more["message"] = message.Json.ToNode();
            }

            var isCompaction = type == "system" && more["subtype"]?.ToString() == "compact_boundary";
            _conversation.Note(place with { Causes = causes }, isCompaction ? "conversation.compacted" : $"claude-code.{NameOf(type)}", more);
        }

        var made = _conversation.Take();
        var ends = made.Count > 0 ? _conversation.Ends : causes;
        if (made is [{ Data: UntypedEvent }])
        {
            ends = [uuid];
        }

        to.Length += made.Count;
        to.Last = ends;
        _nodes[uuid] = new ClaudeCodeNode(branch, to.Length, ends, messageId, hash);
        return made;
    }

    // Without extras: the members of a remark are its data.
    private JsonObject MoreOf(Fields fields, Fields? message, Extras? extras)
    {
        var more = new JsonObject();
        var context = new JsonObject();
        foreach (var name in OfContext)
        {
            if (fields.Text(name) is { } value && _context.GetValueOrDefault(name) != value)
            {
                context[name] = _context[name] = value;
            }
        }

        Version ??= _context.GetValueOrDefault("version");
        if (context.Count > 0)
        {
            more["context"] = context;
        }

        foreach (var (name, to) in new[] { ("requestId", "request_id"), ("subtype", "subtype"), ("summary", "summary"), ("leafUuid", "leaf_uuid") })
        {
            if (fields.Text(name) is { } text)
            {
                more[to] = text;
            }
        }

        foreach (var (name, to) in new[] { ("isMeta", "is_meta"), ("isCompactSummary", "is_compact_summary"), ("isApiErrorMessage", "is_api_error"), ("isVisibleInTranscriptOnly", "is_visible_only") })
        {
            if (fields.Flag(name) == true)
            {
                more[to] = true;
            }
        }

        // Mostly the text of the result once more.
        var result = fields.Any("toolUseResult");
        if (RecordedJson.SaysSomething(result) && (message is null || !Repeats(result, message)))
        {
            more["tool_use_result"] = result.ToNode();
        }

        if (extras is not null)
        {
            AnthropicBlocks.AddExtra(more, fields.Rest(extras, ""));
        }
        else
        {
            foreach (var (name, value) in fields.Rest(new Extras(), "") ?? [])
            {
                more[name] = value?.DeepClone();
            }
        }

        return more;
    }

    // Each line of one message states the usage so far; added up they must be that of the last one.
    private long CountOnce(Fields message, string? messageId, JsonObject more)
    {
        var usage = message.Json.Member("usage");
        if (messageId is null || usage.ValueKind != JsonValueKind.Object)
        {
            return 0;
        }

        var output = usage.Member("output_tokens").ValueKind == JsonValueKind.Number && usage.Member("output_tokens").TryGetInt64(out var tokens) ? tokens : 0;
        if (_counted.TryGetValue(messageId, out var before))
        {
            message.Skip("usage");
            more["usage_of_message"] = usage.ToNode();
            if (output > before)
            {
                more["usage"] = new JsonObject { ["output_tokens"] = output - before };
            }
        }

        _counted[messageId] = Math.Max(output, before);
        return Math.Max(0, output - before);
    }

    private ClaudeCodeNode? Find(string? uuid) => uuid is null ? null : _nodes.GetValueOrDefault(uuid);

    private static bool Repeats(JsonElement result, Fields message) =>
        result.ValueKind == JsonValueKind.String && message.Json.Items("content").Any(block => Content.TextOf(block.Member("content")) == RecordedJson.TextOf(result));

    private static bool IsResult(JsonElement line) =>
        line.Member("message").Items("content").Any(block => block.Text("type") is { } type && type.EndsWith("tool_result", StringComparison.Ordinal));

    private static bool IsSameMessage(JsonElement line, ClaudeCodeNode parent) =>
        parent.MessageId is { } message && line.Member("message").Text("id") == message;

    private static string IdOf(string? uuid, long line) =>
        uuid is { Length: > 0 and <= 200 } && Log.TextRules.FaultOf(uuid) is null ? uuid : string.Create(CultureInfo.InvariantCulture, $"line-{line}");

    private static string NameOf(string? type) => type is { Length: > 0 and <= 100 } && Log.TextRules.FaultOf(type) is null ? type : "entry";
}
