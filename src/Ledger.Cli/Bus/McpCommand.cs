using System.CommandLine;
using Ledger.Cli.Branches;
using Ledger.Mcp.Abilities;
using ModelContextProtocol.Server;

namespace Ledger.Cli.Bus;

/// <summary><c>ledger mcp</c></summary>
internal sealed class McpCommand : LedgerCommand
{
    private readonly Option<bool> _readOnly = new("--read-only") { Description = "Serve only tools that change nothing." };
    private readonly Option<string?> _tools = new("--tools")
    {
        Description = "The names of the tools to serve, separated by commas. Default: all.",
        HelpName = "NAMES",
    };

    private readonly Option<bool> _allowQueries = new("--allow-queries") { Description = "Serve also log_query, which answers questions in SQL, read-only and as the role of readers, which 'ledger roles create' makes." };
    private readonly DeepOption _deep = new();

    public McpCommand()
        : base("mcp", "Serves the log as tools of the Model Context Protocol, over standard input and output, until the input ends.")
    {
        Add(_readOnly);
        Add(_tools);
        Add(_allowQueries);
        Add(_deep.Option);
        Examples =
        [
            "ledger mcp",
            "ledger mcp --read-only --connection \"Host=db;Database=agents\"",
            "ledger mcp --tools run_list,run_events,run_world,run_append",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var names = session.Get(_tools)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var choice = new ToolChoice(session.Get(_readOnly) ? McpWriting.Off : McpWriting.Allowed, names);
        var rules = _deep.RulesOf(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var bus = LogAbilities.CreateToolBus(connection.LedgerWith(rules), session.Get(_allowQueries) ? connection.Queries : null, connection.Contracts, connection.Seal);
        if (choice.FaultIn(bus, "Leave --read-only out.") is { } fault)
        {
            throw new UsageException(fault);
        }

        var tools = new LedgerTools(bus, choice, (exception, token) => Failures.Of(exception, token).Message ?? exception.Message);
        var options = new McpServerOptions
        {
            ServerInfo = LedgerTools.Server,
            ServerInstructions = tools.Instructions,
            Handlers = new McpServerHandlers
            {
                ListToolsHandler = (_, _) => ValueTask.FromResult(tools.List()),
                CallToolHandler = async (request, token) => await tools.CallAsync(request.Params, token),
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
}
