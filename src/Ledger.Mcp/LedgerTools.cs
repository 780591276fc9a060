using System.Globalization;
using System.Text;
using System.Text.Json;
using Ledger.Bus;
using Ledger.Explorer.Failures;
using Ledger.Log;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Ledger.Mcp;

/// <summary>Abilities as tools of the Model Context Protocol.</summary>
/// <param name="bus">Calls the abilities.</param>
/// <param name="choice">Which abilities are tools.</param>
/// <param name="describe">The sentence for an exception that a tool ended with.</param>
internal sealed class LedgerTools(AgentBus bus, ToolChoice choice, Func<Exception, CancellationToken, string> describe)
{
    /// <summary>The longest answer. A page ends long before; what is longer is a single item.</summary>
    public const int MostBytes = 1024 * 1024;

    private static readonly string[] InParts = ["run_event", "run_object", "chrono_get"];

    private readonly Dictionary<string, AbilityMeta> _tools = bus.Abilities.Where(choice.Allows).ToDictionary(ability => ToolTable.NameOf(ability.Id));

    public static Implementation Server { get; } = new() { Name = "ledger", Version = typeof(LedgerTools).Assembly.GetName().Version!.ToString(3) };

    /// <summary>What a model is told about all tools.</summary>
    public string Instructions => string.Join(' ', Sentences());

    /// <summary>Has a server answer with these tools.</summary>
    public void Serve(McpServerOptions server)
    {
        server.ServerInfo = Server;
        server.ServerInstructions = Instructions;
        server.Handlers.ListToolsHandler = (_, _) => ValueTask.FromResult(List());
        server.Handlers.CallToolHandler = async (request, token) => await CallAsync(request.Params, token).ConfigureAwait(false);
    }

    public ListToolsResult List() => new() { Tools = [.. _tools.Values.Select(Describe)] };

    public async Task<CallToolResult> CallAsync(CallToolRequestParams? call, CancellationToken cancellationToken)
    {
        var name = call?.Name ?? "";
        try
        {
            var ability = _tools.GetValueOrDefault(name) ?? throw UnknownTool(name);
            var input = JsonSerializer.Serialize(
                new Dictionary<string, JsonElement>(call?.Arguments ?? new Dictionary<string, JsonElement>()), ToolContext.Default.DictionaryStringJsonElement);
            var answer = await InvokeAsync(ability.Id, input, cancellationToken).ConfigureAwait(false);
            var bytes = Encoding.UTF8.GetByteCount(answer);
            return bytes <= MostBytes ? Answer(answer)
                : ToolTable.Find(ability.Id)!.Effect == ToolEffect.Reads ? Shortened(name, answer, bytes)
                : Done(name, bytes);
        }
        catch (AbilityInputException fault)
        {
            return Refuse($"The tool '{name}' does not accept these arguments: {string.Join("; ", fault.Faults)}. Nothing was done.");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return Refuse(ToolWords.Of(describe(fault, cancellationToken)));
        }
    }

    private async Task<string> InvokeAsync(string ability, string input, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.InvokeAsync(ability, input, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception lost) when (LostConnection.IsCauseOf(lost) && ToolTable.Find(ability)!.Effect == ToolEffect.Reads)
        {
            return await bus.InvokeAsync(ability, input, cancellationToken).ConfigureAwait(false);
        }
    }

    private RefusalException UnknownTool(string name) => bus.Abilities.Any(a => ToolTable.NameOf(a.Id) == name && ToolTable.Find(a.Id) is not null)
        ? new RefusalException($"The tool '{name}' is not allowed here.")
        : new RefusalException($"There is no tool '{TextRules.Printable(name)}'. The tools are: {string.Join(", ", _tools.Keys)}.");

    private CallToolResult Shortened(string name, string answer, int bytes)
    {
        if (AnswerCut.Of(answer, MostBytes) is not var (json, places))
        {
            throw new RefusalException(string.Create(
                CultureInfo.InvariantCulture, $"The answer of '{name}' has {bytes} bytes, and {MostBytes} are allowed. Ask for less, or go on after the long item."));
        }

        var inParts = string.Join(", ", InParts.Where(_tools.ContainsKey));
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"This answer of '{name}' has {bytes} bytes, of which {MostBytes} are allowed. It was cut at {places}.{(inParts.Length > 0 ? $" Read the whole values in parts, by 'path' and 'from' of {inParts}." : "")}");
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = json }, new TextContentBlock { Text = sentence }],
            IsError = false,
            StructuredContent = StructureOf(json),
        };
    }

    // What was written would be written again if it were called a failure.
    private static CallToolResult Done(string name, int bytes) => Say(
        string.Create(
            CultureInfo.InvariantCulture,
            $"'{name}' did its work, but its answer has {bytes} bytes, of which {MostBytes} are allowed, and was left out. Do not call it again for the answer; what it wrote can be read."),
        isError: false);

    private IEnumerable<string> Sentences()
    {
        yield return "Ledger is an append-only log of what agents do. A run is a row of events with positions from 0; a branch shares the first events of a run and goes on by itself.";
        yield return "The world of a run or branch is what its events object.created, object.patched, object.removed, relation.created and relation.removed describe.";
        if (_tools.ContainsKey("run_list"))
        {
            yield return "Begin with run_list.";
        }

        if (_tools.ContainsKey("run_append"))
        {
            yield return "Write with run_append; give 'expected_length' if the event rests on what you have read, and an 'id' so that it can be sent again.";
        }

        yield return "Answers come in pages: where 'next' is in an answer, its description names the argument that leads to the next page.";
        yield return "Times are ISO 8601 with a zone. Data of which a list has only 'data_omitted' is read in parts with run_event, run_object or chrono_get; "
            + "that of a relation with run_event, by the event that run_blame names.";
    }

    private static Tool Describe(AbilityMeta ability)
    {
        var tool = ToolTable.Find(ability.Id)!;
        return new Tool
        {
            Name = ToolTable.NameOf(ability.Id),
            Title = tool.Title,
            Description = ability.Description,
            InputSchema = ability.InputSchema,
            OutputSchema = ability.OutputSchema,
            Annotations = new ToolAnnotations
            {
                Title = tool.Title,
                ReadOnlyHint = tool.Effect == ToolEffect.Reads,
                DestructiveHint = false,
                IdempotentHint = tool.Effect != ToolEffect.Adds,
                OpenWorldHint = false,
            },
        };
    }

    // The protocol's own parsers stop at 64 levels, of which a message takes a few; a deeper answer is only text.
    private static JsonElement? StructureOf(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 56 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static CallToolResult Answer(string text) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = false, StructuredContent = StructureOf(text) };

    private static CallToolResult Refuse(string sentence) => Say(sentence, isError: true);

    private static CallToolResult Say(string sentence, bool isError) => new() { Content = [new TextContentBlock { Text = sentence }], IsError = isError };
}
