using System.Text.Json;
using Ledger.Bus;
using Ledger.Mcp.Abilities;
using ModelContextProtocol.Protocol;

namespace Ledger.Mcp;

/// <summary>Abilities as tools of the Model Context Protocol.</summary>
/// <param name="bus">Calls the abilities.</param>
/// <param name="allows">Which abilities are tools.</param>
/// <param name="describe">The sentence for an exception that a tool ended with.</param>
internal sealed class LedgerTools(AgentBus bus, Func<AbilityMeta, bool> allows, Func<Exception, CancellationToken, string> describe)
{
    private readonly Dictionary<string, AbilityMeta> _tools = bus.Abilities.Where(allows).ToDictionary(NameOf);

    public static Implementation Server { get; } = new() { Name = "ledger", Version = typeof(LedgerTools).Assembly.GetName().Version!.ToString(3) };

    public ListToolsResult List() => new() { Tools = [.. _tools.Values.Select(Describe)] };

    public async Task<CallToolResult> CallAsync(CallToolRequestParams? call, CancellationToken cancellationToken)
    {
        try
        {
            var id = _tools.TryGetValue(call?.Name ?? "", out var ability) ? ability.Id : call?.Name ?? "";
            if (ability is null && bus.Abilities.FirstOrDefault(a => NameOf(a) == id || a.Id == id) is { } known)
            {
                throw new RefusalException($"The tool '{NameOf(known)}' is not allowed here.");
            }

            var input = JsonSerializer.Serialize(
                new Dictionary<string, JsonElement>(call?.Arguments ?? new Dictionary<string, JsonElement>()), ToolContext.Default.DictionaryStringJsonElement);
            var answer = await bus.InvokeAsync(id, input, cancellationToken).ConfigureAwait(false);
            var result = Answer(answer);
            result.StructuredContent = StructureOf(answer);
            return result;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return Answer(describe(fault, cancellationToken), isError: true);
        }
    }

    // Many clients accept only letters, digits, '-' and '_'.
    private static string NameOf(AbilityMeta ability) => ability.Id.Replace(':', '_');

    private static Tool Describe(AbilityMeta ability) => new()
    {
        Name = NameOf(ability),
        Title = ability.Id,
        Description = ability.Description,
        InputSchema = ability.InputSchema,
        OutputSchema = ability.OutputSchema,
        Annotations = new ToolAnnotations { ReadOnlyHint = LogAbilities.OnlyReads(ability), OpenWorldHint = false },
    };

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

    private static CallToolResult Answer(string text, bool isError = false) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = isError };
}
