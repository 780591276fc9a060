using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Which events record calls of each kind, and where in them the request and the response are.</summary>
/// <remarks>
/// <c>llm</c>: <c>llm.request</c> and <c>llm.response</c>, whose data are the request and the response where those are objects.
/// <c>tool</c>: <c>tool.called</c>, whose data is the request where that is an object with a <c>tool</c>, and <c>tool.returned</c> with
/// the <c>result</c>. Any other kind: <c>call.requested</c> and <c>call.returned</c>.
/// </remarks>
internal static class CallEventForm
{
    public const string Llm = "llm";
    public const string Tool = "tool";
    public const string HashHeader = "request_hash";
    public const string OwnerHeader = "call_owner";
    public const string SlotHeader = "call_occurrence";
    public const string AttemptHeader = "call_attempt";
    public const string DurationHeader = "call_ms";
    public const string ReservedHeader = "call_reserved";

    private const string TerminateMember = "terminate";
    private const string CostMember = "cost_usd";
    private const string InputMember = "input_tokens";
    private const string OutputMember = "output_tokens";

    /// <summary>How far the number of an occurrence may be ahead of those before it; a number beyond is not Ledger's.</summary>
    public const int MostSkipped = 1_000;

    private static readonly string[] Own = [HashHeader, OwnerHeader, SlotHeader, AttemptHeader, DurationHeader, ReservedHeader, AlteredAnswerForm.Header];

    public static UntypedEvent Request(string kind, JsonElement request) => kind switch
    {
        Llm => new("llm.request", request.ValueKind == JsonValueKind.Object ? request : Object(w => Write(w, "messages", request))),
        Tool => new(
            "tool.called",
            request.ValueKind == JsonValueKind.Object && request.TryGetProperty("tool", out _) ? request : Object(w => Write(w, "arguments", request))),
        _ => new("call.requested", Object(w =>
        {
            w.WriteString("kind", kind);
            Write(w, "request", request);
        })),
    };

    public static UntypedEvent Response(string kind, Guid requestId, CallResponse response) => kind switch
    {
        Llm => new("llm.response", Object(w =>
        {
            WriteModelResponse(w, response);
            WriteCost(w, response);
        })),
        Tool => new("tool.returned", Object(w =>
        {
            w.WriteString("call_id", requestId);
            Write(w, "result", response.Content);
            if (response.Terminates)
            {
                w.WriteBoolean(TerminateMember, true);
            }

            WriteCost(w, response);
        })),
        _ => new("call.returned", Object(w =>
        {
            w.WriteString("kind", kind);
            Write(w, "response", response.Content);
            WriteCost(w, response);
        })),
    };

    /// <summary>Whether a tool's result ended the turn of its agent.</summary>
    public static bool Terminates(string kind, JsonElement data) =>
        kind == Tool && data.ValueKind == JsonValueKind.Object && data.TryGetProperty(TerminateMember, out var ends) && ends.ValueKind == JsonValueKind.True;

    /// <summary>The request as <see cref="RequestOf"/> returns it once it is recorded.</summary>
    public static JsonElement StoredForm(string kind, JsonElement request)
    {
        var stored = Request(kind, request).Data;
        return kind is not (Llm or Tool) && stored.TryGetProperty("request", out var inner) ? inner : stored;
    }

    /// <summary>The response in the data of its event; undefined where there is none.</summary>
    public static JsonElement ContentOf(string kind, JsonElement data) => kind switch
    {
        Llm => data,
        _ when data.ValueKind == JsonValueKind.Object && data.TryGetProperty(kind == Tool ? "result" : "response", out var content) => content,
        _ => default,
    };

    /// <summary>What <see cref="ContentOf"/> would return if the response could be stored unchanged.</summary>
    public static JsonElement OriginalOf(string kind, CallResponse response)
    {
        if (kind != Llm)
        {
            return response.Content.Clone();
        }

        var cost = EventJson.ToText(writer =>
        {
            writer.WriteStartObject();
            WriteCost(writer, response);
            writer.WriteEndObject();
        });
        var members = Encoding.UTF8.GetBytes(cost[1..^1]);
        if (response.Content.ValueKind == JsonValueKind.Object)
        {
            return JsonText.WithMembers(JsonText.Without(response.Content.Clone(), name => IsCost(name, response)), members);
        }

        var content = JsonText.WithMembers(
            JsonText.Parse("{}"u8),
            [.. response.Content.ValueKind == JsonValueKind.String ? "\"text\":"u8 : "\"response\":"u8, .. JsonMarshal.GetRawUtf8Value(response.Content)]);
        return JsonText.WithMembers(content, members);
    }

    /// <summary>The kind and the request of an event, or null when it is no request.</summary>
    public static (string Kind, JsonElement Request)? RequestOf(RecordedEvent recorded)
    {
        switch (recorded.Type)
        {
            case "llm.request":
                return (Llm, recorded.ToJsonElement());
            case "tool.called":
                return (Tool, recorded.ToJsonElement());
            case "call.requested" when recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data
                && data.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String
                && data.TryGetProperty("request", out var request):
                return (kind.GetString()!, request);
            default:
                return null;
        }
    }

    /// <summary>Whether a header is Ledger's in the events of calls.</summary>
    public static bool IsOwn(string header) => Own.Contains(header, StringComparer.Ordinal);

    /// <summary>The headers of a request or response: the application's, without those that are Ledger's in it, and the key.</summary>
    public static Dictionary<string, JsonElement> HeadersOf(CallKey key, EventMetadata? metadata = null)
    {
        var headers = new Dictionary<string, JsonElement>(metadata?.Headers ?? EventMetadata.EmptyHeaders);
        foreach (var name in Own)
        {
            headers.Remove(name);
        }

        headers.Add(HashHeader, JsonText.ToElement(key.RequestHash));
        return headers;
    }

    /// <summary>A request that says that a part of a budget is reserved for it.</summary>
    public static NewEvent WithReservation(NewEvent request) => request with
    {
        Metadata = request.Metadata with
        {
            Headers = new Dictionary<string, JsonElement>(request.Metadata.Headers) { [ReservedHeader] = EventJson.ToElement(writer => writer.WriteBooleanValue(true)) },
        },
    };

    /// <summary>Whether a part of a budget is reserved for a request, as it says.</summary>
    public static bool IsReserved(RecordedEvent recorded) =>
        recorded.Metadata.Headers.TryGetValue(ReservedHeader, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>Adds which occurrence a request is; the first of a history has no number.</summary>
    public static void AddOccurrence(Dictionary<string, JsonElement> headers, CallKey key, int slot)
    {
        if (key.Attempt is { } attempt)
        {
            headers[AttemptHeader] = JsonText.ToElement(attempt);
        }

        if (slot > 0)
        {
            headers[SlotHeader] = EventJson.ToElement(writer => writer.WriteNumberValue(slot));
        }
    }

    /// <summary>The key of a request, as it was recorded or else by its JSON.</summary>
    public static CallKey KeyOf(RecordedEvent recorded, string kind, JsonElement request) =>
        Text(recorded, HashHeader) is { } hash ? new CallKey(kind, hash, Text(recorded, AttemptHeader)) : CallKey.Of(kind, request);

    /// <summary>Whether a response can be to a call of a kind.</summary>
    public static bool Answers(string responseType, string kind) => kind switch
    {
        Llm => responseType == "llm.response",
        Tool => responseType == "tool.returned",
        _ => responseType == "call.returned",
    };

    /// <summary>The text of a header, or null.</summary>
    public static string? Text(RecordedEvent recorded, string header) =>
        recorded.Metadata.Headers.TryGetValue(header, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The number of the occurrence that a request states: from 0.</summary>
    public static int SlotOf(RecordedEvent recorded) =>
        recorded.Metadata.Headers.TryGetValue(SlotHeader, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var slot) && slot > 0 ? slot : 0;

    /// <summary>How long a call took, as its response says; null where it does not.</summary>
    public static TimeSpan? DurationOf(EventMetadata metadata) =>
        metadata.Headers.TryGetValue(DurationHeader, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var milliseconds) && milliseconds is >= 0 and < int.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    public static bool IsResponse(string type) => type is "llm.response" or "tool.returned" or "call.returned";

    /// <summary>Whether a response that was recorded in other ways than by <c>CallAsync</c>, which records failures by themselves, is a failure.</summary>
    public static bool HasFailed(RecordedEvent recorded, JsonElement data) =>
        IsResponse(recorded.Type)
        && data.ValueKind == JsonValueKind.Object
        && ((data.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
            || (recorded.Type == "tool.returned" && !data.TryGetProperty("result", out _)))
        && Text(recorded, HashHeader) is null;

    private static void WriteModelResponse(Utf8JsonWriter writer, CallResponse response)
    {
        var content = response.Content;
        if (content.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in content.EnumerateObject())
            {
                if (!IsCost(member.Name, response))
                {
                    Write(writer, member.Name, member.Value);
                }
            }
        }
        else
        {
            Write(writer, content.ValueKind == JsonValueKind.String ? "text" : "response", content);
        }
    }

    // Values next to the response take the place of its members of that name.
    private static bool IsCost(string name, CallResponse response) => name switch
    {
        CostMember => response.CostUsd is not null,
        InputMember => response.InputTokens is not null,
        OutputMember => response.OutputTokens is not null,
        _ => false,
    };

    private static void WriteCost(Utf8JsonWriter writer, CallResponse response)
    {
        if (response.CostUsd is { } cost)
        {
            writer.WriteNumber(CostMember, cost);
        }

        if (response.InputTokens is { } input)
        {
            writer.WriteNumber(InputMember, input);
        }

        if (response.OutputTokens is { } output)
        {
            writer.WriteNumber(OutputMember, output);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }

    private static JsonElement Object(Action<Utf8JsonWriter> writeMembers) => EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        writeMembers(writer);
        writer.WriteEndObject();
    });
}
