using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

public sealed partial class ProcessTests
{
    [Fact]
    public async Task Mcp_EndOfInputWithCallsUnderWay_AnswersThemAndExitsWell()
    {
        using var process = Start("mcp");
        await process.StandardInput.WriteLineAsync(Hello("2025-06-18"));
        for (var i = 1; i <= 20; i++)
        {
            await process.StandardInput.WriteLineAsync(
                $$$$$"""{"jsonrpc":"2.0","id":{{{{{i}}}}},"method":"tools/call","params":{"name":"run_append","arguments":{"run":"drained","type":"note","data":{}}}}""");
        }

        process.StandardInput.Close();
        var result = await EndAsync(process);

        var ids = result.ShouldSucceed().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32());
        ids.ShouldBe(Enumerable.Range(0, 21), ignoreOrder: true);
        (await database.Cli.JsonAsync("status", "drained")).GetProperty("length").GetInt64().ShouldBe(20);
    }

    [Fact]
    public async Task Mcp_UnknownProtocolThenControlC_OffersTheNewestAndExitsWell()
    {
        using var process = Start("mcp");
        await process.StandardInput.WriteLineAsync(Hello("1999-01-01"));
        await process.StandardInput.FlushAsync();

        using var welcome = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync())!);
        // The package's newest, which a later package raises.
        string.CompareOrdinal(welcome.RootElement.GetProperty("result").GetProperty("protocolVersion").GetString(), "2025-11-25")
            .ShouldBeGreaterThanOrEqualTo(0);
        using var kill = Process.Start("/bin/kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        var result = await EndAsync(process);

        result.ShouldBe(new CliResult(0, "", ""));
    }

    private static string Hello(string version) =>
        $$$$$"""
        {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"{{{{{version}}}}}","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
        {"jsonrpc":"2.0","method":"notifications/initialized"}
        """;
}
