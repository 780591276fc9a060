using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Output;

/// <summary>Lists as JSON Lines and as CSV.</summary>
public sealed class RowsTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    // What prints rows, in a database where each list has some.
    private static readonly string[][] Lists =
    [
        ["run", "list"], ["run", "list", "--status", "any"], ["run", "totals"], ["branches"], ["branch", "list"], ["events", "rows"], ["log"], ["search", "Claim"],
        ["task", "list"], ["call", "list"], ["message", "list", "--task", "t1"], ["calls", "list", "rows"], ["approvals", "list", "rows"], ["projections", "list"],
        ["projections", "dead-letters"], ["bus", "list"],
    ];

    [Fact]
    public async Task Lists_PrintRowsByTheirContract()
    {
        await database.StartAsync("rows", 2);
        (await database.Cli.RunAsync("append", "rows", "--type", "note", "--data", """{"text":{"deep":["Grüße, \"Wasser\""]}}""")).ShouldSucceed();
        (await database.Cli.RunAsync("fork", "rows@1", "--id", "other")).ShouldSucceed();
        (await database.Cli.RunAsync("task", "save", "t1", "--prompt", "You know \"kettles\",\nand cups.")).ExitCode.ShouldBe(0);

        foreach (var list in Lists)
        {
            var lines = (await database.Cli.RunAsync([.. list, "--output", "ndjson"])).ShouldSucceed().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var rows = Csv((await database.Cli.RunAsync([.. list, "-o", "csv"])).ShouldSucceed());

            rows.Count.ShouldBe(lines.Length + 1, $"A header, and a row for each line of {string.Join(' ', list)}.");
            foreach (var (line, row) in lines.Zip(rows.Skip(1)))
            {
                foreach (var member in JsonElement.Parse(line).EnumerateObject())
                {
                    row[rows[0].IndexOf(member.Name)].ShouldBe(member.Value.ValueKind switch
                    {
                        JsonValueKind.String => member.Value.GetString(),
                        JsonValueKind.Null => "",
                        _ => member.Value.GetRawText(),
                    });
                }
            }
        }
    }

    [Fact]
    public async Task Csv_HasAllColumnsAlsoWithoutRows()
    {
        await database.StartAsync("none", 0);

        var all = (await database.Cli.RunAsync("events", "none", "--output", "csv")).ShouldSucceed();

        all.ShouldStartWith("id,type,source,actor,cause,timestamp,data,");
        all.Count(c => c == '\n').ShouldBe(1);
        (await database.Cli.RunAsync("events", "none", "--output", "ndjson")).ShouldSucceed().ShouldBe("");
        (await database.Cli.RunAsync("events", "none", "--output", "json")).ShouldSucceed().ShouldBe("[]\n");
        (await database.Cli.RunAsync("events", "none")).ShouldSucceed().ShouldBe("No events.\n");
    }

    [Fact]
    public async Task Csv_OfAPage_NamesTheNextOnStandardError()
    {
        await database.StartAsync("first-page", 1);
        await database.StartAsync("second-page", 1);

        var result = await database.Cli.RunAsync("run", "list", "--limit", "1", "--output", "csv");

        result.Output.Count(c => c == '\n').ShouldBe(2);
        result.Error.ShouldStartWith("ledger: There is more: --after '");
    }

    [Fact]
    public async Task UsualFormat_OfTheVariable_IsForListsAlone()
    {
        await database.StartAsync("usual", 1);
        var cli = database.Cli with { Environment = new Dictionary<string, string> { ["LEDGER_OUTPUT"] = "ndjson" } };

        (await cli.RunAsync("events", "usual")).ShouldSucceed().ShouldStartWith("{\"id\":\"e1\"");
        (await cli.RunAsync("status", "usual")).ShouldSucceed().ShouldStartWith("{");
        (await (cli with { Environment = new Dictionary<string, string> { ["LEDGER_OUTPUT"] = "csv" } }).RunAsync("status", "usual")).ShouldSucceed().ShouldStartWith("Stream");
    }

    [Fact]
    public async Task Times_AreThoseOfTheZone_UnlessUtcIsAskedFor()
    {
        await database.StartAsync("zoned", 1);
        var cli = database.Cli with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata") };

        var shown = (await cli.RunAsync("events", "zoned")).ShouldSucceed();
        shown.ShouldContain("+05:30  object.created");
        (await cli.RunAsync("events", "zoned", "--utc")).ShouldSucceed().ShouldContain("Z  object.created");
        (await cli.RunAsync("events", "zoned", "--json")).ShouldSucceed().ShouldContain("+00:00\",\"stream\"");
        (await cli.RunAsync("log", "--since", "1h", "--type", "object.created")).ShouldSucceed().ShouldContain("run:zoned@1");
    }

    // RFC 4180, as a spreadsheet reads it.
    private static List<List<string>> Csv(string text)
    {
        var (rows, row, field, quoted) = (new List<List<string>>(), new List<string>(), "", false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    field += text[i++];
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    row.Add(field);
                    field = "";
                    break;
                case '\n' when !quoted:
                    rows.Add([.. row, field]);
                    row.Clear();
                    field = "";
                    break;
                default:
                    field += text[i];
                    break;
            }
        }

        return rows;
    }
}
