using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ledger.Cli.Bus;

/// <summary>Refuses requests that are too large or hold half of a surrogate pair; the MCP package reports neither clearly.</summary>
internal static class McpText
{
    // An event may have 16 MiB; escapes and spaces make its line longer, but not without limit.
    public const int MaxBytes = 128 * 1024 * 1024;

    private const int InvalidParameters = -32602;
    private const int MaxShown = 200;
    private const string Arguments = "/params/arguments";

    /// <summary>The answer line to such a request; null if nothing is wrong or the line is not a request.</summary>
    public static byte[]? RefusalOf(McpLine whole, int maxBytes = MaxBytes)
    {
        var line = whole.Utf8.Span;
        if (whole.Length <= maxBytes && line.IndexOf("\\ud"u8) < 0 && line.IndexOf("\\uD"u8) < 0)
        {
            return null;
        }

        var isCut = whole.Length > line.Length;
        var request = TryRead(line, isCut);
        if (isCut)
        {
            // Never passed on, whatever it was; its id may have been in the part that was not kept.
            return Refuse(request.Id ?? "null", request is { IsCall: true, Id: not null }, SentenceOfSize(request.Name ?? request.Method, whole.Length, maxBytes));
        }

        return request is not { Id: { } id, Method: { } method } ? null
            : whole.Length > maxBytes ? Refuse(id, request.IsCall, SentenceOfSize(request.IsCall ? request.Name! : method, whole.Length, maxBytes))
            : request.Fault is { } fault ? Refuse(id, request.IsCall && IsArgument(fault), SentenceOf(method, request, fault))
            : null;
    }

    private static Request TryRead(ReadOnlySpan<byte> line, bool isCut)
    {
        try
        {
            return Read(line, !isCut);
        }
        catch (JsonException)
        {
            // Not a message; reported elsewhere.
            return default;
        }
    }

    private static Request Read(ReadOnlySpan<byte> line, bool isWhole)
    {
        var reader = new Utf8JsonReader(line, isWhole, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1024 }));
        var request = default(Request);
        var path = new Stack<Step>();
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                path.Pop();
                continue;
            }

            if (path.TryPop(out var step))
            {
                path.Push(reader.TokenType == JsonTokenType.PropertyName
                    ? step with { Key = Spelled(ref reader) }
                    : step with { Index = step.Index + 1 });
            }

            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                path.Push(new Step(reader.TokenType == JsonTokenType.StartArray, -1, ""));
            }
            else if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String or JsonTokenType.Number)
            {
                request = request.With(ref reader, path);
            }
        }

        return request;
    }

    private static bool IsArgument(Fault fault) => fault.Pointer.StartsWith(Arguments, StringComparison.Ordinal);

    private static string SentenceOf(string method, Request request, Fault fault)
    {
        const string advice = "Nothing was done; cut text between characters, not within one.";
        var half = $"holds half of a surrogate pair, '{fault.Half}', which is not a character";
        return request.IsCall && IsArgument(fault)
            ? $"The tool '{Shown(request.Name!)}' does not accept these arguments: '{Shown(fault.Pointer[Arguments.Length..])}' {half}. {advice}"
            : $"The request '{Shown(method)}' cannot be read: '{Shown(fault.Pointer)}' {half}. {advice}";
    }

    private static string SentenceOfSize(string? name, long length, int maxBytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(name is null ? "A message" : $"The call of '{Shown(name)}'")} has {length} bytes, and {maxBytes} are allowed. Nothing was done; keep the content elsewhere, and its address in the event.");

    private static byte[] Refuse(string id, bool isCall, string sentence)
    {
        using var answer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(answer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            writer.WritePropertyName("id");
            writer.WriteRawValue(id);
            writer.WriteStartObject(isCall ? "result" : "error");
            if (isCall)
            {
                writer.WriteStartArray("content");
                writer.WriteStartObject();
                writer.WriteString("type", "text");
                writer.WriteString("text", sentence);
                writer.WriteEndObject();
                writer.WriteEndArray();
                writer.WriteBoolean("isError", true);
            }
            else
            {
                writer.WriteNumber("code", InvalidParameters);
                writer.WriteString("message", sentence);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        answer.WriteByte((byte)'\n');
        return answer.ToArray();
    }

    private static string Shown(string text) => text.Length > MaxShown ? text[..MaxShown] + "…" : text;

    private static string Spelled(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && HalfIn(reader.ValueSpan) is null ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);

    // The text between the quotes, made well-formed.
    private static string? HalfIn(ReadOnlySpan<byte> text)
    {
        for (var i = 0; text[i..].IndexOf((byte)'\\') is var next and >= 0;)
        {
            i += next;
            var unit = UnitAt(text[i..]);
            var isPair = char.IsHighSurrogate(unit) && char.IsLowSurrogate(UnitAt(text[(i + 6)..]));
            if (char.IsSurrogate(unit) && !isPair)
            {
                return Encoding.ASCII.GetString(text.Slice(i, 6));
            }

            i += isPair ? 12 : text[i + 1] == 'u' ? 6 : 2;
        }

        return null;
    }

    private static char UnitAt(ReadOnlySpan<byte> escape) => escape is [(byte)'\\', (byte)'u', _, _, _, _, ..]
        ? (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : '\0';

    private readonly record struct Fault(string Pointer, string Half);

    private readonly record struct Step(bool IsArray, int Index, string Key);

    /// <summary>The id, method and tool name of a message; the id is its JSON text, unchanged.</summary>
    private readonly record struct Request(string? Id, string? Method, string? Name, Fault? Fault)
    {
        public bool IsCall => Method == "tools/call" && Name is not null;

        public Request With(ref Utf8JsonReader reader, Stack<Step> path)
        {
            var fault = Fault is null && reader.ValueIsEscaped && HalfIn(reader.ValueSpan) is { } half
                ? new Fault(string.Concat(path.Reverse().Select(s => s.IsArray ? $"/{s.Index}" : $"/{s.Key}")), half)
                : Fault;
            var isValue = reader.TokenType != JsonTokenType.PropertyName;
            var key = isValue && path.TryPeek(out var step) && !step.IsArray ? step.Key : "";
            return (path.Count, key) switch
            {
                (1, "id") => this with { Fault = fault, Id = reader.TokenType == JsonTokenType.String ? $"\"{Raw(ref reader)}\"" : Raw(ref reader) },
                (1, "method") => this with { Fault = fault, Method = Raw(ref reader) },
                (2, "name") when path.Last().Key == "params" => this with { Fault = fault, Name = Raw(ref reader) },
                _ => this with { Fault = fault },
            };
        }

        private static string Raw(ref Utf8JsonReader reader) => Encoding.UTF8.GetString(reader.ValueSpan);
    }
}
