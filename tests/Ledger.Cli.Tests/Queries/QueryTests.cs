using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Queries;

/// <summary><c>ledger query</c></summary>
public sealed class QueryTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private const string Values =
        "select * from (values (1, null::text, true, 1.50, 'a,\"b\"', '{\"a\": [1]}'::jsonb, '{x,\"y z\",NULL}'::text[], timestamptz '2026-11-30 08:00:00.5+01'), "
        + "(20, '', false, 'NaN'::numeric, E'two\\nlines', null, '{{1,2},{3,4}}'::text[], null)) as t (n, text, flag, amount, said, data, list, at)";

    private Cli Cli => database.Cli;

    [Fact]
    public async Task Table_IsAsWideAsItsRows_WithNumbersToTheRight()
    {
        (await Cli.RunAsync("query", "select n, name, n as n2 from (values (1, 'one'), (1000, 'a thousand')) as t (n, name)")).ShouldSucceed().ShouldBe("""
               n  name          n2
               1  one            1
            1000  a thousand  1000
            (2 rows)

            """.ReplaceLineEndings("\n"));
        (await Cli.RunAsync("query", "select 1 as n where false")).ShouldSucceed().ShouldBe("n\n(0 rows)\n");
        var wide = await (Cli with { OutputWidth = 40 }).RunAsync("query", "select 'x' as a, repeat('y', 100) as b");
        wide.Output.Split('\n')[1].ShouldEndWith("…");
    }

    [Fact]
    public async Task Csv_TellsNullFromEmpty_AndQuotesWhatNeedsIt() =>
        (await Cli.RunAsync("query", Values, "--output", "csv")).ShouldSucceed().ShouldBe(
            "n,text,flag,amount,said,data,list,at\n"
            + "1,,t,1.50,\"a,\"\"b\"\"\",\"{\"\"a\"\": [1]}\",\"{x,\"\"y z\"\",NULL}\",2026-11-30 07:00:00.5+00\n"
            + "20,\"\",f,NaN,\"two\nlines\",,\"{{1,2},{3,4}}\",\n");

    [Fact]
    public async Task Json_HasTheTypesOfJson_InAnArrayOrByLines()
    {
        const string First = """{"n":1,"text":null,"flag":true,"amount":1.50,"said":"a,\"b\"","data":{"a": [1]},"list":["x","y z",null],"at":"2026-11-30T07:00:00.5Z"}""";
        const string Second = """{"n":20,"text":"","flag":false,"amount":"NaN","said":"two\nlines","data":null,"list":[["1","2"],["3","4"]],"at":null}""";
        (await Cli.RunAsync("query", Values, "--output", "ndjson")).ShouldSucceed().ShouldBe($"{First}\n{Second}\n");
        var array = (await Cli.RunAsync("query", Values, "--json")).ShouldSucceed();
        array.ShouldBe($"[\n{First},\n{Second}\n]\n");
        JsonDocument.Parse(array).RootElement.GetArrayLength().ShouldBe(2);
        (await Cli.RunAsync("query", "select 1 as a, 2 as a where false", "--output", "json")).ShouldSucceed().ShouldBe("[]\n");
        (await Cli.RunAsync("query", "select 1 as a, 2 as a, json '{\"x\":\n 1}' as b", "--output", "ndjson")).ShouldSucceed().ShouldBe("{\"a\":1,\"a_2\":2,\"b\":{\"x\":  1}}\n");
    }

    [Fact]
    public async Task Runs_AreUpToDate_AndFilesAreRead()
    {
        await database.StartAsync("asked", 3);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "\ufeff-- How long they are.\nselect run, events, missing_events from ledger.runs where run = 'run:asked';\n");
        const string Expected = "{\"run\":\"run:asked\",\"events\":3,\"missing_events\":0}\n";
        (await Cli.RunAsync("query", "--file", file, "--output", "ndjson")).ShouldSucceed().ShouldBe(Expected);
        (await (Cli with { Input = await File.ReadAllTextAsync(file) }).RunAsync("query", "--file", "-", "--output", "ndjson")).ShouldSucceed().ShouldBe(Expected);
        await File.WriteAllBytesAsync(file, [0xff, 0xfe]);
        (await Cli.RunAsync("query", "--file", file)).ShouldBeRefused(1, $"'{file}' is not UTF-8. Nothing was asked.");
        File.Delete(file);
    }

    [Fact]
    public async Task Limit_PrintsTheFirstRows_AndSaysThatThereAreMore()
    {
        var result = await Cli.RunAsync("query", "select n from generate_series(1, 5000) n order by n", "--limit", "1001", "--output", "ndjson");
        (result.ExitCode, result.Output.Split('\n').Length, result.Error).ShouldBe((0, 1_002, "ledger: There are more rows than 1,001. Raise --limit, or leave it out, to print them.\n"));
        (await Cli.RunAsync("query", "select n from generate_series(1, 2) n", "--limit", "2", "--output", "csv")).ShouldSucceed().ShouldBe("n\n1\n2\n");
    }

    [Fact]
    public async Task Terminal_IsNotSteeredByRows()
    {
        foreach (var format in new[] { "table", "csv", "json", "ndjson" })
        {
            (await (Cli with { OutputWidth = 80 }).RunAsync("query", "select E'\\x1b[31m\\u202e' as b", "--output", format)).ShouldSucceed().ShouldNotContain("\u001b[31");
        }

        (await Cli.RunAsync("query", "select E'\\x1b[31m' as b", "--output", "csv")).ShouldSucceed().ShouldBe("b\n\u001b[31m\n", "A file has what was asked for.");
    }

    [Fact]
    public async Task Faults_AreASentence_AndWithJsonACode()
    {
        (await Cli.RunAsync("query", "select runn from ledger.runs")).ShouldBeRefused(1, "The question was refused: column \"runn\" does not exist (line 1, column 8).");
        var result = await Cli.RunAsync("query", "select runn from ledger.runs", "--json");
        (result.ExitCode, result.Error).ShouldBe((1, """{"error":"The question was refused: column \"runn\" does not exist (line 1, column 8).","code":"query_failed","exit_code":1,"sqlstate":"42703","line":1,"column":8}""" + "\n"));
        (await Cli.RunAsync("query", "drop table ledger.mt_events")).ShouldBeRefused(1, "A question begins with select, with, values, table or explain, not with 'drop' (line 1, column 1).");
        (await Cli.RunAsync("query", "select 1", "--timeout", "soon")).ShouldBeRefused(2, "--timeout must be a time from 1ms to 24h, such as 500ms, 30s or 5m, but was 'soon'.");
        (await Cli.RunAsync("query", "select 1", "--output", "xml")).ShouldBeRefused(2, "--output must be one of table, json, ndjson, csv, but was 'xml'.");
        (await Cli.RunAsync("query", "select 1", "--limit", "0")).ShouldBeRefused(2, "--limit must be 1 or more.");
        (await Cli.RunAsync("query")).ShouldBeRefused(2, "Give a statement, or a file with one by --file. 'ledger query --help' shows how to use it.");
        (await Cli.RunAsync("query", "select 1", "--create-indexes")).ShouldBeRefused(2, "--create-indexes and --drop-indexes stand alone, without a statement.");
        (await Cli.RunAsync("query", "select pg_sleep(9)", "--role", "nobody_here")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Indexes_AreCreatedAndDropped()
    {
        (await Cli.RunAsync("query", "--create-indexes")).ShouldSucceed().ShouldBe("The events are indexed by type, time, tool and call.\n");
        (await Cli.RunAsync("migrate", "assert")).ExitCode.ShouldBe(0);
        (await Cli.RunAsync("query", "--drop-indexes", "--json")).ShouldSucceed().ShouldBe("{\"indexed\":false}\n");
    }
}
