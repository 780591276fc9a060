using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Files;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>The spans of a file, by the run that they belong to. Their content stays in the file.</summary>
/// <remarks>A span that is repeated counts once. Its conversation is that of itself, of the nearest span that it is part of, or the only one of its trace; else the trace is the conversation.</remarks>
internal sealed class SpanIndex(SpanForms forms)
{
    /// <summary>The most spans of a request.</summary>
    public const int MostOfRequest = 100_000;

    private readonly Dictionary<(string Trace, string Span), SpanEntry> _spans = [];
    private readonly List<SpanEntry> _inOrder = [];
    private bool _keepsTold;

    /// <summary>The format.</summary>
    public SpanForms Forms => forms;

    /// <summary>The resources, each with the scope of its spans, by id.</summary>
    public Dictionary<string, JsonObject> Resources { get; } = new(StringComparer.Ordinal);

    /// <summary>Spans that the file has more than once.</summary>
    public long Repeated { get; private set; }

    /// <summary>Spans of a request that lack an id, by which alone a log knows them.</summary>
    public long WithoutIds { get; private set; }

    /// <summary>Parts of the file that are no spans, such as metrics and logs.</summary>
    public long Others { get; private set; }

    /// <summary>The place where the file breaks off, or null.</summary>
    public (long Line, long Column)? Cut { get; private set; }

    /// <summary>Reads the whole file.</summary>
    /// <param name="forms">The format.</param>
    /// <param name="source">The file.</param>
    /// <param name="keepsTold">Whether the file is a request: its spans are kept, and the calls whose results it has, to look for them in a log.</param>
    public static SpanIndex Of(SpanForms forms, RecordingSource source, bool keepsTold = false)
    {
        var index = new SpanIndex(forms) { _keepsTold = keepsTold };
        index.AddAll(source);
        index.Settle();
        return index;
    }

    /// <summary>Reads a request that is in memory.</summary>
    public static SpanIndex OfRequest(SpanForms forms, JsonElement request)
    {
        var index = new SpanIndex(forms) { _keepsTold = true };
        index.AddDocument(request, 0);
        index.Settle();
        return index;
    }

    /// <summary>Reads a request in the binary form.</summary>
    public static SpanIndex OfRequest(SpanForms forms, SpanBytes request)
    {
        var index = new SpanIndex(forms) { _keepsTold = true };
        index.AddRequest(request.Root, request);
        index.Settle();
        return index;
    }

    /// <summary>The traces.</summary>
    public IEnumerable<string> Traces => _inOrder.Select(span => span.TraceId).Distinct(StringComparer.Ordinal);

    private void AddAll(RecordingSource source)
    {
        if (IsDocument(source))
        {
            AddDocument(source.ReadDocument(), Math.Max(0, source.ReadAll().AsSpan().IndexOfAnyExcept(" \t\r\n"u8)));
            return;
        }

        foreach (var line in source.ReadJsonLines((number, column) => Cut = (number, column)))
        {
            AddDocument(line.Json, line.Offset + line.Space);
        }
    }

    /// <summary>The conversations with their spans, in the order in which the file has the first span of each.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<SpanEntry> Spans)> Conversations()
    {
        var ofTraces = _inOrder.Where(span => span.Conversation is not null)
            .GroupBy(span => span.TraceId, StringComparer.Ordinal)
            .ToDictionary(trace => trace.Key, trace => trace.Select(span => span.Conversation!).Distinct(StringComparer.Ordinal).Take(2).ToList(), StringComparer.Ordinal);
        return Grouped(_inOrder, span => span.Conversation ?? (ofTraces.TryGetValue(span.TraceId, out var only) && only.Count == 1 ? only[0] : span.TraceId));
    }

    /// <summary>The spans by the id of the run that has them in a log, where each trace stays in the run of its first spans.</summary>
    /// <param name="homes">The ids of the runs of the traces that the log has.</param>
    public LoggedConversations InLog(IReadOnlyDictionary<string, string> homes)
    {
        // Programs send traces of every request that they serve; a run is what an agent did.
        var wanted = _inOrder.Where(span => span.Role != SpanRole.Plain || span.Conversation is not null || homes.ContainsKey(span.TraceId))
            .Select(span => span.TraceId)
            .ToHashSet(StringComparer.Ordinal);
        var begun = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var span in _inOrder)
        {
            if (span.Conversation is { } conversation && !homes.ContainsKey(span.TraceId))
            {
                begun.TryAdd(span.TraceId, SpanTracks.RunOf(conversation));
            }
        }

        foreach (var trace in wanted.Where(trace => !homes.ContainsKey(trace)))
        {
            begun.TryAdd(trace, SpanTracks.RunOf(trace));
        }

        var spans = _inOrder.Where(span => wanted.Contains(span.TraceId)).ToList();
        return new LoggedConversations(Grouped(spans, RunOf), begun, _inOrder.Count - spans.Count);

        string RunOf(SpanEntry span)
        {
            var home = begun.GetValueOrDefault(span.TraceId) ?? homes[span.TraceId];
            return span.Conversation is not { } conversation || home == SpanTracks.RunOf(span.TraceId) ? home : SpanTracks.RunOf(conversation);
        }
    }

    private static List<(string Name, IReadOnlyList<SpanEntry> Spans)> Grouped(IEnumerable<SpanEntry> spans, Func<SpanEntry, string> nameOf) =>
        [.. spans.GroupBy(nameOf, StringComparer.Ordinal).Select(group => (group.Key, (IReadOnlyList<SpanEntry>)[.. group]))];

    private void Settle()
    {
        foreach (var span in _inOrder)
        {
            span.Parent = span.ParentId is { } parent ? _spans.GetValueOrDefault((span.TraceId, parent)) : null;
            span.AbsentParent = span is { Parent: null, ParentId: { Length: <= 100 } absent } && Log.TextRules.FaultOf(absent) is null ? absent : null;
        }

        foreach (var span in _inOrder)
        {
            Settle(span);
        }

        foreach (var span in _inOrder.Where(span => span.Start == span.End))
        {
            for (var around = span.Parent; around is { EndsWithPart: false } && around.End == span.End; around = around.Parent)
            {
                around.EndsWithPart = true;
            }
        }
    }

    // One document, which may have many lines, or a document a line.
    private static bool IsDocument(RecordingSource source)
    {
        using var lines = source.ReadLines().GetEnumerator();
        if (!lines.MoveNext())
        {
            return false;
        }

        // A line without an end is the only one.
        var isWhole = lines.Current.IsComplete;
        return isWhole && !JsonSource.IsJson(lines.Current.Utf8.Span) && lines.MoveNext();
    }

    private void AddRequest(JsonElement request, SpanBytes? binary = null)
    {
        var found = new List<(JsonElement Span, string Resource)>();
        foreach (var (resource, spans) in Forms.GroupsOf(request))
        {
            var id = IdOf(resource);
            foreach (var span in spans)
            {
                if (binary is null && span.ValueKind != JsonValueKind.Object)
                {
                    WithoutIds++;
                }
                else if (_inOrder.Count + found.Count == MostOfRequest)
                {
                    throw new EventFileException(0, null, $"the request has more than {MostOfRequest:N0} spans. Send them in parts.");
                }
                else
                {
                    found.Add((span, id));
                }
            }
        }

        var entries = new SpanEntry?[found.Count];
        ManyAtOnce.ForEachPart(found.Count, (from, to) =>
        {
            // The spans of the binary form have the numbers that they have here.
            using var read = binary?.Read(from, to);
            for (var i = from; i < to; i++)
            {
                var span = read is null ? found[i].Span : Next(read);
                entries[i] = FindId(span, "traceId") is { } trace && FindId(span, "spanId") is { } id ? EntryOf(span, (trace, id), 0, 0, found[i].Resource) : null;
            }
        });
        foreach (var entry in entries)
        {
            if (entry is null)
            {
                WithoutIds++;
            }
            else
            {
                Add(entry);
            }
        }
    }

    private static JsonElement Next(IEnumerator<JsonElement> spans) => spans.MoveNext() ? spans.Current : throw new InvalidOperationException("A span is missing.");

    private void AddDocument(JsonElement document, long offset)
    {
        if (_keepsTold)
        {
            AddRequest(document);
            return;
        }

        var text = JsonMarshal.GetRawUtf8Value(document);
        var hasGroups = false;
        foreach (var (resource, spans) in Forms.GroupsOf(document))
        {
            var id = IdOf(resource);
            hasGroups = true;
            foreach (var span in spans)
            {
                if (span.ValueKind != JsonValueKind.Object)
                {
                    Others++;
                    continue;
                }

                var raw = JsonMarshal.GetRawUtf8Value(span);
                text.Overlaps(raw, out var at);
                var read = Forms.SpanOf(span);
                Add(EntryOf(read, (IdOf(read, "traceId"), IdOf(read, "spanId")), offset + at, raw.Length, id));
            }
        }

        Others += hasGroups ? 0 : 1;
    }

    private SpanEntry EntryOf(JsonElement span, (string Trace, string Span) ids, long offset, int length, string resource)
    {
        var attributes = new Fields(SpanEvents.AttributesOf(span));
        var operation = attributes.Peek(GenAiNames.Operation);
        var role = GenAiNames.RoleOf(operation);
        if (role == SpanRole.Plain && (attributes.Peek(GenAiNames.RequestModel) is not null || RecordedJson.SaysSomething(attributes.Get("gen_ai.input.messages"))))
        {
            role = SpanRole.Model;
        }

        // Reading messages takes most of the time, and many answers call nothing.
        var content = role == SpanRole.Model && NamesCalls(JsonMarshal.GetRawUtf8Value(span)) ? GenAiContent.Of(attributes, span) : null;
        return new SpanEntry(ids.Trace, ids.Span, span.Text("parentSpanId") is { Length: > 0 } parent ? parent : null, offset, length, resource)
        {
            Role = role,
            Start = SpanEvents.NanosecondsOf(span.Member("startTimeUnixNano")),
            End = SpanEvents.NanosecondsOf(span.Member("endTimeUnixNano")),
            Conversation = attributes.Peek(GenAiNames.Conversation) is { Length: > 0 } conversation ? conversation : null,
            Agent = attributes.Peek(GenAiNames.Agent),
            Operation = operation,
            Tool = role == SpanRole.Tool ? attributes.Peek(GenAiNames.Tool) : null,
            Calls = role switch
            {
                SpanRole.Tool => attributes.Peek(GenAiNames.CallId) is { Length: > 0 } id ? [id] : [],
                _ => content is null ? [] : [.. content.Output.SelectMany(CallsOf)],
            },
            Json = _keepsTold ? span : null,
            Read = _keepsTold ? (attributes, content) : null,
            Told = _keepsTold && content is not null ? ToldCall.Of(content.Input) : [],
        };
    }

    private void Add(SpanEntry entry)
    {
        if (_spans.TryAdd((entry.TraceId, entry.SpanId), entry))
        {
            _inOrder.Add(entry);
        }
        else
        {
            Repeated++;
        }
    }

    private static bool NamesCalls(ReadOnlySpan<byte> span) => span.IndexOf("tool_call"u8) >= 0 || span.IndexOf("tool-call"u8) >= 0 || span.IndexOf("toolCalls"u8) >= 0 || span.IndexOf("gen_ai.tool.message"u8) >= 0;

    private static IEnumerable<string> CallsOf(JsonObject answer) =>
        answer["tool_calls"] is JsonArray calls ? calls.Select(call => (call as JsonObject)?["id"]?.ToString()).OfType<string>() : [];

    // The spans of a file that is not of OpenTelemetry's own exporters may lack ids; the place is one.
    private string IdOf(JsonElement span, string name) =>
        FindId(span, name) ?? $"{name}-{_inOrder.Count + Repeated + 1}";

    private static string? FindId(JsonElement span, string name) =>
        span.Text(name) is { Length: > 0 and <= 100 } id && Log.TextRules.FaultOf(id) is null ? id : null;

    private string IdOf(JsonObject resource)
    {
        var json = RecordedJson.ToElement(resource);
        var id = $"resource-{Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(json)).AsSpan(0, 6))}";
        Resources.TryAdd(id, resource);
        return id;
    }

    // Its place in the tree, the conversation that it inherits, and times that a parent's do not contradict.
    private static void Settle(SpanEntry span)
    {
        var path = new List<SpanEntry>();
        var seen = new HashSet<SpanEntry>();
        for (var at = span; at is { Depth: 0 } && seen.Add(at); at = at.Parent)
        {
            path.Add(at);
        }

        for (var i = path.Count - 1; i >= 0; i--)
        {
            var at = path[i];

            // Spans that are each other's parents have none.
            at.Parent = at.Parent is { Depth: > 0 } ? at.Parent : null;
            at.Depth = (at.Parent?.Depth ?? 0) + 1;
            at.Conversation ??= at.Parent?.Conversation;
            at.Actor = at.Agent is { Length: > 0 } agent && Log.TextRules.FaultOf(agent) is null ? agent : at.Parent?.Actor;
            at.Start = Math.Max(at.Start, at.Parent?.Start ?? 0);
            at.End = Math.Max(at.End, at.Start);
        }
    }
}
