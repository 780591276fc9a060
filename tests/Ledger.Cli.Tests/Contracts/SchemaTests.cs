using System.Text.Json;
using Ledger.Log.Contracts;
using Ledger.Postgres.Contracts;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Contracts;

/// <summary><c>ledger schema</c>, and what the command holds its own appends to.</summary>
public sealed class SchemaTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private const string Old = """{"$defs":{"ship-moored":{"type":"object","required":["ship"],"properties":{"ship":{"type":"string"},"quay":{"enum":["north","south"]}}}}}""";

    private Cli Cli => database.Cli;

    [Fact]
    public async Task Check_NamesEachBreak_AndEndsWith1()
    {
        var (old, newer) = (await FileOfAsync(Old), await FileOfAsync(
            """{"$defs":{"ship-moored":{"type":"object","required":["ship","at"],"properties":{"ship":{"type":["string","null"]},"quay":{"enum":["north"]},"at":{}}}}}"""));
        var result = await Cli.RunAsync("schema", "check", old, newer);
        result.Output.ShouldBe("""
            readers  type_widened  ship-moored /ship may also be null.
            writers  enum_narrowed  ship-moored /quay may no longer be "south".
            writers  member_required  ship-moored /at must be there, and is new.

            """.ReplaceLineEndings("\n"));
        (result.ExitCode, result.Error).ShouldBe((1, "ledger: 3 changes of contracts would break programs that read or write the events.\n"));

        var json = await Cli.RunAsync("schema", "check", old, newer, "--for", "readers", "--json");
        json.ExitCode.ShouldBe(1);
        json.Output.ShouldBe("""[{"event":"ship-moored","path":"/ship","kind":"type_widened","side":"readers","change":"ship-moored /ship may also be null."}]""" + "\n");
        (await Cli.RunAsync("schema", "check", old, old)).ShouldSucceed().ShouldBe("1 contract compared; nothing breaks.\n");
        (await (Cli with { Input = "{}" }).RunAsync("schema", "check", old, "-")).ShouldBeRefused(
            1, "Standard input has no contracts that can be read. The document has no contracts: it must be an object with '$defs', which has a schema for each event's name.");
        (await Cli.RunAsync("schema", "check", Path.GetTempPath(), old)).ShouldBeRefused(1, $"'{Path.GetTempPath()}' is a folder. Name a file with contracts.");
        (await Cli.RunAsync("schema", "check", "nowhere.json", old)).ShouldBeRefused(1, "There is no file 'nowhere.json'.");
        (await Cli.RunAsync("schema", "check", old, newer, "--for", "me")).ShouldBeRefused(2, "--for must be one of readers, writers, all, but was 'me'.");
    }

    [Fact]
    public async Task Export_BuiltIn_NeedsNoServer_AndIsWhatCheckReads()
    {
        var cli = new Cli { ConnectionString = "Host=nowhere.invalid;Timeout=1" };
        var exported = (await cli.RunAsync("schema", "export", "--built-in")).ShouldSucceed();
        JsonElement.Parse(exported).GetProperty("$defs").GetProperty("object.created").GetProperty("required").GetArrayLength().ShouldBe(2);
        var file = await FileOfAsync(exported);
        (await cli.RunAsync("schema", "check", file, file)).ShouldSucceed().ShouldEndWith("contracts compared; nothing breaks.\n");
        (await Cli.RunAsync("schema", "check", file)).ShouldSucceed();
        var asyncApi = JsonElement.Parse((await cli.RunAsync("schema", "export", "--built-in", "--asyncapi", "--title", "Harbour")).ShouldSucceed());
        asyncApi.GetProperty("info").GetProperty("title").GetString().ShouldBe("Harbour");
    }

    [Fact]
    public async Task Enforced_ContractsOfAnApplication_BindTheCommandToo_AndStatusShowsThem()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        (await Cli.RunAsync("append", "run:harbour", "--type", "ship-moored", "--data", """{"ship":7}""")).ExitCode.ShouldBe(0);
        (await Cli.RunAsync("append", "run:harbour", "--type", "gull.seen")).ExitCode.ShouldBe(0);
        await new EventContractTable(dataSource).DeclareAsync(EventContracts.Parse(System.Text.Encoding.UTF8.GetBytes(Old)), EventContractMode.Enforce);

        (await Cli.RunAsync("append", "run:harbour", "--type", "ship-moored", "--data", """{"ship":7}""")).ShouldBeRefused(
            1, "An event 'ship-moored' cannot be stored: '/ship' of its data must be a string, but is a whole number. The contract of the event says so. Nothing was written.");
        var lines = Cli with { Input = """{"id":"e1","type":"ship-moored","data":{"quay":"north"}}""" };
        (await lines.RunAsync("append", "run:harbour", "--file", "-")).Error.ShouldContain("'/ship' of its data is missing. The contract of the event says so.");
        (await Cli.RunAsync("append", "run:harbour", "--type", "ship-moored", "--data", """{"ship":"Ida"}""")).ExitCode.ShouldBe(0);

        var status = (await Cli.RunAsync("schema", "status", "--check")).ShouldSucceed();
        status.ShouldBe("""
                  EVENTS    MISFITS  VERSION  CONTRACT  NAME
                       1          0        -  unknown   gull.seen
                       2          1        1  enforced  ship-moored
            ship-moored: first in run:harbour@1: '/ship' of its data must be a string, but is a whole number.
            1 event of unknown names.

            """.ReplaceLineEndings("\n"));
        var rows = await Cli.JsonAsync("schema", "status");
        rows[1].GetProperty("contract").GetString().ShouldBe("enforced");
        JsonElement.Parse((await Cli.RunAsync("schema", "export")).ShouldSucceed()).GetProperty("$defs").TryGetProperty("ship-moored", out _).ShouldBeTrue();
        var result = await Cli.RunAsync("schema", "check", await FileOfAsync(Old.Replace("\"ship\"", "\"vessel\"", StringComparison.Ordinal)));
        result.ExitCode.ShouldBe(1);
    }

    private static async Task<string> FileOfAsync(string json)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, json);
        return file;
    }
}
