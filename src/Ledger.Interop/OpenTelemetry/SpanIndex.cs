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
    private readonly Dictionary<(string Trace, string Span), SpanEntry> _spans = [];
    private readonly List<SpanEntry> _inOrder = [];

    /// <summary>The format.</summary>
    public SpanForms Forms => forms;

    /// <summary>The resources, each with the scope of its spans, by id.</summary>
    public Dictionary<string, JsonObject> Resources { get; } = new(StringComparer.Ordinal);

    /// <summary>Spans that the file has more than once.</summary>
    public long Repeated { get; private set; }

    /// <summary>Parts of the file that are no spans, such as metrics and logs.</summary>
    public long Others { get; private set; }

    /// <summary>The place where the file breaks off, or null.</summary>
    public (long Line, long Column)? Cut { get; private set; }

    /// <summary>Reads the whole file.</summary>
    public static SpanIndex Of(SpanForms forms, RecordingSource source)
    {
        var index = new SpanIndex(forms);
        if (IsDocument(source))
        {
            index.AddDocument(source.ReadDocument(), Math.Max(0, source.ReadAll().AsSpan().IndexOfAnyExcept(" \t\r\n"u8)));
            return index;
        }

        foreach (var line in source.ReadJsonLines((number, column) => index.Cut = (number, column)))
        {
            index.AddDocument(line.Json, line.Offset + line.Space);
        }

        return index;
    }

    /// <summary>The conversations with their spans, in the order in which the file has the first span of each.</summary>
    /// <param name="known">The conversations of traces that began in an earlier file; those of this one are added. Null for none.</param>
    public IReadOnlyList<(string Name, IReadOnlyList<SpanEntry> Spans)> Conversations(TraceConversations? known)
    {
        foreach (var span in _inOrder)
        {
            span.Parent = span.ParentId is { } parent ? _spans.GetValueOrDefault((span.TraceId, parent)) : null;
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

        var ofTraces = _inOrder.Where(span => span.Conversation is not null)
            .GroupBy(span => span.TraceId, StringComparer.Ordinal)
            .ToDictionary(trace => trace.Key, trace => trace.Select(span => span.Conversation!).Distinct(StringComparer.Ordinal).Take(2).ToList(), StringComparer.Ordinal);
        foreach (var (trace, conversations) in ofTraces.Where(trace => trace.Value.Count == 1))
        {
            known?.Add(trace, conversations[0]);
        }

        var all = new Dictionary<string, List<SpanEntry>>(StringComparer.Ordinal);
        var names = new List<string>();
        foreach (var span in _inOrder)
        {
            var name = span.Conversation ?? (ofTraces.TryGetValue(span.TraceId, out var only) && only.Count == 1 ? only[0] : known?.Find(span.TraceId) ?? span.TraceId);
            if (!all.TryGetValue(name, out var spans))
            {
                all[name] = spans = [];
                names.Add(name);
            }

            spans.Add(span);
        }

        return [.. names.Select(name => (name, (IReadOnlyList<SpanEntry>)all[name]))];
    }

    // One document, which may have many lines, or a document a line.
    private static bool IsDocument(RecordingSource source)
    {
        using var lines = source.ReadLines().GetEnumerator();
        if (!lines.MoveNext())
        {
            return false;
        }

        try
        {
            JsonSource.Parse(lines.Current.Utf8.Span, 1, "entry", "entries");
            return false;
        }
        catch (EventFileException)
        {
            var isWhole = lines.Current.IsComplete;
            return isWhole && lines.MoveNext();
        }
    }

    private void AddDocument(JsonElement document, long offset)
    {
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
                Add(Forms.SpanOf(span), offset + at, raw.Length, id);
            }
        }

        Others += hasGroups ? 0 : 1;
    }

    private void Add(JsonElement span, long offset, int length, string resource)
    {
        var attributes = new Fields(SpanEvents.AttributesOf(span));
        var operation = attributes.Peek(GenAiNames.Operation);
        var role = GenAiNames.RoleOf(operation);
        if (role == SpanRole.Plain && (attributes.Peek(GenAiNames.RequestModel) is not null || RecordedJson.SaysSomething(attributes.Json.Member("gen_ai.input.messages"))))
        {
            role = SpanRole.Model;
        }

        var entry = new SpanEntry(IdOf(span, "traceId"), IdOf(span, "spanId"), span.Text("parentSpanId") is { Length: > 0 } parent ? parent : null, offset, length, resource)
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
                // Reading messages takes most of the time, and many answers call nothing.
                SpanRole.Model when JsonMarshal.GetRawUtf8Value(span).IndexOf("tool_call"u8) >= 0 => [.. GenAiContent.Of(attributes, span).Output.SelectMany(CallsOf)],
                _ => [],
            },
        };
        if (_spans.TryAdd((entry.TraceId, entry.SpanId), entry))
        {
            _inOrder.Add(entry);
        }
        else
        {
            Repeated++;
        }
    }

    private static IEnumerable<string> CallsOf(JsonObject answer) =>
        answer["tool_calls"] is JsonArray calls ? calls.Select(call => (call as JsonObject)?["id"]?.ToString()).OfType<string>() : [];

    // The spans of a file that is not of OpenTelemetry's own exporters may lack ids; the place is one.
    private string IdOf(JsonElement span, string name) =>
        span.Text(name) is { Length: > 0 and <= 100 } id && Log.TextRules.FaultOf(id) is null ? id : $"{name}-{_inOrder.Count + Repeated + 1}";

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
        for (var at = span; at is { Depth: 0 } && !path.Contains(at); at = at.Parent)
        {
            path.Add(at);
            if (path.Count > 10_000)
            {
                break;
            }
        }

        for (var i = path.Count - 1; i >= 0; i--)
        {
            var at = path[i];

            // Spans that are each other's parents have none.
            at.Parent = at.Parent is { Depth: > 0 } ? at.Parent : null;
            at.Depth = (at.Parent?.Depth ?? 0) + 1;
            at.Conversation ??= at.Parent?.Conversation;
            at.Start = Math.Max(at.Start, at.Parent?.Start ?? 0);
            at.End = Math.Max(at.End, at.Start);
        }
    }
}
