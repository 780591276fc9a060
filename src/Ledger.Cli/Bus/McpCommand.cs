using System.Text.Json;
using Ledger.Bus;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Ledger.Cli.Bus;

/// <summary><c>ledger mcp</c></summary>
internal sealed class McpCommand : LedgerCommand
{
    public McpCommand()
        : base("mcp", "Serves the abilities as tools of the Model Context Protocol, over standard input and output, until the input ends.") =>
        Examples = ["ledger mcp", "ledger mcp --connection \"Host=db;Database=agents\""];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var bus = LedgerBus.Create(connection);
        var tools = bus.Abilities.ToDictionary(NameOf);
        var options = new McpServerOptions
        {
            ServerInfo = new Implementation { Name = "ledger", Version = typeof(McpCommand).Assembly.GetName().Version!.ToString(3) },
            Handlers = new McpServerHandlers
            {
                ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. tools.Values.Select(Describe)] }),
                CallToolHandler = async (request, token) => await CallAsync(bus, tools, request.Params, token),
            },
        };
        var calls = new McpCalls();
        await using var output = new McpOutput(session.Io.Output, calls);
        await using var input = new McpInput(session.Io.Input, output, calls, session.Io.TimeProvider, cancellationToken);
        await using var transport = new StreamServerTransport(input, output, "ledger");
        await using var server = McpServer.Create(transport, options);
        try
        {
            await server.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Cancellation is the normal way to stop.
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
    };

    private static async Task<CallToolResult> CallAsync(
        AgentBus bus, Dictionary<string, AbilityMeta> tools, CallToolRequestParams? call, CancellationToken cancellationToken)
    {
        try
        {
            var id = tools.TryGetValue(call?.Name ?? "", out var ability) ? ability.Id : call?.Name ?? "";
            var input = JsonSerializer.Serialize(
                new Dictionary<string, JsonElement>(call?.Arguments ?? new Dictionary<string, JsonElement>()), McpContext.Default.DictionaryStringJsonElement);
            var answer = await bus.InvokeAsync(id, input, cancellationToken);
            var result = Answer(answer);
            result.StructuredContent = StructureOf(answer);
            return result;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return Answer(Failures.Of(fault, cancellationToken).Message ?? fault.Message, isError: true);
        }
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

    private static CallToolResult Answer(string text, bool isError = false) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = isError };
}
