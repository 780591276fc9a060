using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Exporting;

/// <summary>A call of a tool in a conversation.</summary>
/// <param name="id">Its id in what is written: no other call of the conversation has it.</param>
/// <param name="tool">The tool.</param>
internal sealed class AskedCall(string id, string? tool)
{
    private RecordedEvent? _answer;
    private JsonElement _arguments;

    public string Id => id;

    public string? Tool => tool;

    /// <summary>Its id in the answer that asks for it; null where no answer shows it.</summary>
    public string? AskedAs { get; private init; }

    /// <summary>Whether it is told of.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Whether its result is.</summary>
    public bool IsReturned { get; private set; }

    /// <summary>The event of its failure; null where there is none.</summary>
    public RecordedEvent? Failure { get; private set; }

    /// <summary>One that an answer asks for; whether an event tells of it is to be seen.</summary>
    public static AskedCall Of(RecordedEvent answer, JsonObject? function, string id, string? askedAs) => new(id, function?["name"]?.ToString())
    {
        _answer = answer,
        _arguments = RecordedJson.Parsed(function?["arguments"]?.ToString() ?? "{}"),
        AskedAs = askedAs,
    };

    /// <summary>Whether an event of a call stands for it.</summary>
    public bool Is(JsonElement called) => called.Text("tool") == tool
        && (called.Text("tool_call_id") is { } named ? named == AskedAs || named == id : IsSame(called.Member("arguments")));

    /// <summary>It is told of, again after a failure.</summary>
    public void Begin(JsonElement arguments) => (IsBegun, Failure, _answer, _arguments) = (true, null, null, arguments);

    public void Fail(RecordedEvent failure) => Failure = failure;

    public void Return() => (IsReturned, _arguments) = (true, default);

    /// <summary>What no event tells of, as a turn.</summary>
    public Called Tell()
    {
        var data = new JsonObject { ["tool"] = tool, ["arguments"] = _arguments.ToNode(), ["tool_call_id"] = id };
        var called = new Called(_answer!, RecordedJson.ToElement(data), id);
        Begin(default);
        return called;
    }

    /// <summary>The result, where a message has it or the failure is all that there is.</summary>
    /// <param name="item">The event that has it.</param>
    /// <param name="content">The result; null for the error.</param>
    public Returned Tell(RecordedEvent item, JsonNode? content)
    {
        var error = Failure?.ToJsonElement().Text("error");
        var data = new JsonObject { ["result"] = content?.DeepClone() ?? error, ["tool_call_id"] = id };
        if (error is not null)
        {
            data["error"] = error;
        }

        return new Returned(Failure ?? item, RecordedJson.ToElement(data), id);
    }

    private bool IsSame(JsonElement arguments) => IsNothing(arguments) ? IsNothing(_arguments) : !IsNothing(_arguments) && JsonElement.DeepEquals(arguments, _arguments);

    private static bool IsNothing(JsonElement arguments) => !RecordedJson.SaysSomething(arguments);
}
