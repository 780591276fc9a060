using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Reading;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What a span becomes: an event at its beginning, and for the work of models, tools and agents another at its end. It depends on the span alone.</summary>
internal sealed partial class SpanEvents
{
    public const string Invoked = "agent.invoked";
    public const string Returned = "agent.returned";
    public const string PlainType = "otel.span";
    public const string ResourceType = "otel.resource";
    public const string OperationPrefix = "genai.";

    private readonly SpanEntry _entry;
    private readonly Fields _span;
    private readonly Fields _attributes;

    /// <summary>Reads a span.</summary>
    public SpanEvents(SpanEntry entry, JsonElement json)
    {
        _entry = entry;
        _span = new Fields(json);
        var read = entry.TakeRead();
        _attributes = read?.Attributes ?? new Fields(AttributesOf(json));
        Content = entry.Role is SpanRole.Model or SpanRole.Agent ? read?.Content ?? GenAiContent.Of(_attributes, json) : new GenAiContent();
        if (entry.Role is SpanRole.Model or SpanRole.Agent)
        {
            _span.Skip("events");
        }

        Begin = entry.Role switch
        {
            SpanRole.Model => Request(),
            SpanRole.Tool => Call(),
            SpanRole.Agent => Invocation(),
            _ => Whole(),
        };
        End = entry.Role switch
        {
            SpanRole.Model => Response(),
            SpanRole.Tool => Result(),
            SpanRole.Agent => Return(),
            _ => null,
        };
    }

    /// <summary>The data of the first event.</summary>
    public object Begin { get; }

    /// <summary>The data of the last event, or null.</summary>
    public object? End { get; }

    /// <summary>What was told and answered.</summary>
    public GenAiContent Content { get; }

    /// <summary>The usage of an operation without an answer, or null.</summary>
    public JsonObject? Usage { get; private set; }

    /// <summary>The members without a place, with their counts.</summary>
    public Extras Extras { get; } = new();

    /// <summary>The attributes of a span, in the names of the conventions.</summary>
    public static JsonElement AttributesOf(JsonElement span) => PlainAttributes.Find(span.Member("attributes")) ?? NormalizedAttributesOf(span);

    /// <summary>As <see cref="AttributesOf"/>, for any attributes.</summary>
    internal static JsonElement NormalizedAttributesOf(JsonElement span)
    {
        var attributes = OtlpValue.ToObject(span.Member("attributes"));
        FlatAttributes.Normalize(attributes);
        return RecordedJson.ToElement(attributes);
    }

    private WrittenData Request() => Event("llm.request", writer =>
    {
        writer.WritePropertyName("messages");
        Content.Input.WriteTo(writer);
        if (_attributes.Text(GenAiNames.RequestModel) is { } model)
        {
            writer.WriteString("model", model);
        }

        if (_attributes.Count(GenAiNames.MaxTokens) is { } most)
        {
            writer.WriteNumber("max_tokens", most);
        }

        WriteMembers(writer);
    });

    private WrittenData Call() => Event("tool.called", writer =>
    {
        if (_attributes.Text(GenAiNames.Tool) is { } tool)
        {
            writer.WriteString("tool", tool);
        }

        WriteIfAny(writer, "arguments", Value(GenAiNames.Arguments));
        WriteMembers(writer);
        if (_attributes.Text(GenAiNames.CallId) is { } id)
        {
            writer.WriteString("tool_call_id", id);
        }
    });

    private WrittenData Result()
    {
        var more = new JsonObject();
        var result = Value(GenAiNames.Result);
        AddEnd(more);
        return Event("tool.returned", writer =>
        {
            writer.WriteString("call_id", _entry.EventId);
            WriteIfAny(writer, "result", result);
            Write(writer, more);
        });
    }

    private WrittenData Invocation() => Event(Invoked, writer =>
    {
        WriteMembers(writer);
        if (_attributes.Text(GenAiNames.RequestModel) is { } model)
        {
            writer.WriteString("model", model);
        }

        if (Content.Input.Count > 0)
        {
            writer.WritePropertyName("messages");
            Content.Input.WriteTo(writer);
        }
    });

    private WrittenData Return()
    {
        var data = new JsonObject();
        if (Content.Output.Count > 0)
        {
            data["messages"] = new JsonArray([.. Content.Output]);
        }

        if (_attributes.Text(GenAiNames.ResponseModel) is { } model)
        {
            data["model"] = model;
        }

        AddIfAny(data, "usage", UsageOf());
        AddEnd(data);
        return Untyped(Returned, data);
    }

    // Nothing of it is extra: the event is the span.
    private WrittenData Whole()
    {
        var span = (JsonObject)ObjectOf(WriteSpan).ToNode()!;
        AddEndOf(span);
        var data = new JsonObject { ["span"] = span };
        AddStatus(data, span);
        _span.Skip("attributes");
        var usage = _entry.Role == SpanRole.Operation ? UsageOf() : [];
        if (usage.Count > 0)
        {
            Usage = new JsonObject { ["usage"] = usage };
        }

        AddIfAny(data, "attributes", _attributes.Json.ToNode() as JsonObject ?? []);
        SkipZeros();
        foreach (var (name, value) in _span.Rest(new Extras(), "") ?? [])
        {
            data.TryAdd(name, value?.DeepClone());
        }

        var operation = _entry.Operation is { Length: > 0 and <= 100 } text && Log.TextRules.FaultOf(text) is null && text == text.Trim() ? text : null;
        return Untyped(_entry.Role == SpanRole.Operation && operation is not null ? OperationPrefix + operation : PlainType, data);
    }

    private void AddEnd(JsonObject more, JsonObject? ofMessage = null)
    {
        Copy(GenAiNames.OfEnd, more);
        if (more["finish_reasons"] is JsonArray { Count: 1 } reasons && !more.ContainsKey("finish_reason"))
        {
            more["finish_reason"] = reasons[0]?.DeepClone();
        }

        var span = new JsonObject();
        AddEndOf(span);
        AddStatus(more, span);
        more["span"] = span;
        _span.Skip("attributes");
        SkipZeros();
        var extra = _span.Rest(Extras, "") ?? [];
        AddIfAny(extra, "attributes", _attributes.Rest(Extras, "attributes.") ?? []);
        AddIfAny(extra, "message", ofMessage ?? []);
        if (Content.OtherEvents.Count > 0)
        {
            extra["events"] = new JsonArray([.. Content.OtherEvents.Select(e => e.ToNode())]);
            Content.OtherEvents.ForEach(e => Extras.Add($"events.{e.Text("name")}"));
        }

        AnthropicBlocks.AddExtra(more, extra.Count > 0 ? extra : null);
    }

    private void AddEndOf(JsonObject span)
    {
        if (_span.Any("endTimeUnixNano") is var end && RecordedJson.SaysSomething(end))
        {
            span["end"] = end.ToNode();
        }
    }

    private void AddStatus(JsonObject data, JsonObject span)
    {
        var status = _span.Any("status");
        if (!RecordedJson.SaysSomething(status))
        {
            return;
        }

        span["status"] = status.ToNode();
        if (status.Member("code").GetRawTextOrNull() is "2" or "\"STATUS_CODE_ERROR\"")
        {
            data["error"] = status.Text("message") is { Length: > 0 } message ? message : _attributes.Peek("error.type") ?? "error";
        }
    }

    // What exporters count although it is nothing.
    private void SkipZeros()
    {
        foreach (var name in new[] { "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount" })
        {
            if (_span.Get(name).GetRawTextOrNull() == "0")
            {
                _span.Skip(name);
            }
        }
    }

    private JsonObject UsageOf()
    {
        var usage = new JsonObject();
        foreach (var (name, to) in GenAiNames.OfUsage)
        {
            if (_attributes.Count(name) is { } count)
            {
                usage[to] = count;
            }
        }

        return usage;
    }

    private JsonElement Value(string name)
    {
        var value = _attributes.Any(name);
        return value.ValueKind switch
        {
            JsonValueKind.String => RecordedJson.Parsed(RecordedJson.TextOf(value)!),
            JsonValueKind.Undefined => default,
            _ => value.Cleaned(),
        };
    }

    private void Copy((string Attribute, string Member)[] names, JsonObject to)
    {
        foreach (var (name, member) in names)
        {
            if (RecordedJson.SaysSomething(_attributes.Get(name)))
            {
                to[member] = _attributes.Any(name).ToNode();
            }
        }
    }

    private static void AddIfAny(JsonObject to, string name, JsonObject value)
    {
        if (value.Count > 0)
        {
            to[name] = value;
        }
    }

    private static WrittenData Untyped(string type, JsonObject data) => new(type, EventJson.ToArray(writer => data.WriteTo(writer)));

    private static WrittenData Event(string type, Action<Utf8JsonWriter> write) => new(type, EventJson.ToArray(writer =>
    {
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    }));

    private static void Write(Utf8JsonWriter writer, JsonObject members)
    {
        foreach (var (name, value) in members)
        {
            writer.WritePropertyName(name);
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer);
            }
        }
    }

    private static void WriteIfAny(Utf8JsonWriter writer, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Undefined)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static JsonElement ObjectOf(Action<Utf8JsonWriter> write) => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    });

    /// <summary>A time in nanoseconds since 1970; null for 0.</summary>
    public static DateTimeOffset? TimeOf(ulong nanoseconds) => nanoseconds > 0 ? DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100)) : null;

    /// <summary>Reads a time, written as a number or as text; 0 where it is none.</summary>
    public static ulong NanosecondsOf(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? RecordedJson.TextOf(value) : value.GetRawTextOrNull();
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? time : 0;
    }
}
