using System.Text.Json;

namespace Ledger.Cli.Tests.Bus;

/// <summary>A conversation with <c>ledger mcp</c> in this process, line by line.</summary>
internal static class McpAnswers
{
    private const string Hello = """
        {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
        {"jsonrpc":"2.0","method":"notifications/initialized"}

        """;

    /// <summary>Sends lines, after which the input ends; gives the answers by their ids, as they are spelled.</summary>
    public static Task<Dictionary<string, JsonElement>> AskAsync(Cli cli, params string[] lines) => AskWithAsync(cli, [], lines);

    public static async Task<Dictionary<string, JsonElement>> AskWithAsync(Cli cli, string[] options, params string[] lines)
    {
        var result = await (cli with { Input = Hello + string.Join('\n', lines), TimeProvider = TimeProvider.System }).RunAsync(["mcp", .. options]);
        return result.ShouldSucceed().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(answer => answer.GetProperty("id").GetRawText().Trim('"'));
    }
}
