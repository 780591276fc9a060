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
        var tools = new LedgerTools(LedgerBus.Create(connection), _ => true, (fault, token) => Failures.Of(fault, token).Message ?? fault.Message);
        var options = new McpServerOptions
        {
            ServerInfo = LedgerTools.Server,
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
