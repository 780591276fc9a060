using Ledger.Conformance.Conventions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Files;

/// <summary>Databases with checkpoints of LangGraph come in, and tables go out.</summary>
public sealed class CheckpointTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private static readonly string Samples = Path.Combine(SourceTree.Root, "tests", "Ledger.Interop.Tests", "Samples");
    private static readonly string JavaScript = Path.Combine(Samples, "langgraph-js.sqlite");

    [Fact]
    public async Task Import_FileOfSqlite_IsAsApproved()
    {
        using var folder = new RecordingFolder();
        File.WriteAllText(folder["wrong.sqlite"], "SQLite format 3\0 and nothing else");
        var story = new Transcript(database.Cli);
        await story.RunAsync("import", JavaScript, "--dry-run");
        await story.RunAsync("import", JavaScript, "--thread", "kettle");
        await story.RunAsync("import", "langgraph", JavaScript, "--thread", "kettle", "--json");
        await story.RunAsync("import", JavaScript, "--thread", "cup");
        await story.RunAsync("status", "langgraph-js-kettle");
        await story.RunAsync("world", "langgraph-js-kettle");
        await story.RunAsync("export", "chat", "langgraph-js-kettle");
        await story.RunAsync("import", folder["wrong.sqlite"]);
        await story.RunAsync("import", folder["parent.jsonl"], "--thread", "kettle");
        await story.RunAsync("import", "postgres://ada:secret@localhost/agents?color=red");
        await story.RunAsync("import", "postgres://ada:secret@localhost:x/agents");

        Approved.Check("langgraph", story.ToString().Replace(Samples, "<samples>", StringComparison.Ordinal).Replace(folder.FullName, "<folder>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Import_TablesOfPostgres_AreTheSameGraphAsOfSqlite()
    {
        await using var tables = await CliDatabase.CreateEmptyAsync();
        await using var dataSource = NpgsqlDataSource.Create(tables.ConnectionString + ";Pooling=false");
        await using (var command = dataSource.CreateCommand(await File.ReadAllTextAsync(Path.Combine(Samples, "langgraph-postgres.sql"))))
        {
            await command.ExecuteNonQueryAsync();
        }

        var of = new NpgsqlConnectionStringBuilder(tables.ConnectionString);
        var address = $"postgres://localhost/{of.Database}?host={Uri.EscapeDataString(of.Host!)}&port={of.Port}&user={of.Username}&password={Uri.EscapeDataString(of.Password ?? "")}";

        var written = await database.Cli.JsonAsync("import", address, "--id", "pg");
        var again = await database.Cli.JsonAsync("import", "langgraph", address, "--id", "pg");

        written.GetProperty("recordings").EnumerateArray().Sum(r => r.GetProperty("written_count").GetInt64()).ShouldBeGreaterThan(50);
        again.GetProperty("recordings").EnumerateArray().Sum(r => r.GetProperty("written_count").GetInt64()).ShouldBe(0);
        written.GetRawText().ShouldNotContain("password");

        // The same program wrote both.
        var sqlite = (await database.Cli.JsonAsync("import", JavaScript, "--id", "lite", "--dry-run")).GetProperty("found")[0];
        var postgres = written.GetProperty("found")[0];
        foreach (var count in new[] { "run_count", "branch_count" })
        {
            postgres.GetProperty(count).GetInt64().ShouldBe(sqlite.GetProperty(count).GetInt64(), count);
        }

        (await database.Cli.RunAsync("import", $"postgres://localhost/none?host={Uri.EscapeDataString(of.Host!)}&port={of.Port}&user=nobody&password=secret"))
            .Error.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Export_Parquet_IsAFileForEachTable()
    {
        (await database.Cli.RunAsync("import", Path.Combine(Samples, "claude-code.jsonl"))).ShouldSucceed();
        foreach (var args in new string[][]
        {
            ["claude-code"], ["claude-code", "--table", "calls"], ["claude-code", "--table", "world"], ["--all"], ["--all", "--table", "calls"],
        })
        {
            using var output = new MemoryStream();
            (await (database.Cli with { Output = output }).RunAsync(["export", "parquet", .. args])).ShouldSucceed();

            var bytes = output.ToArray();
            bytes[..4].ShouldBe("PAR1"u8.ToArray());
            bytes[^4..].ShouldBe("PAR1"u8.ToArray());
            bytes.Length.ShouldBeGreaterThan(100);
        }

        var story = new Transcript(database.Cli);
        await story.RunAsync("export", "parquet", "claude-code", "--table", "runs");
        await story.RunAsync("export", "parquet", "claude-code", "--all");
        await story.RunAsync("export", "parquet", "--all", "--table", "world");
        await story.RunAsync("export", "chat", "claude-code", "--table", "calls");
        await story.RunAsync("export", "parquet");
        var onTerminal = await (database.Cli with { OutputWidth = 80 }).RunAsync("export", "parquet", "claude-code");
        onTerminal.Error.ShouldContain("A Parquet file is no text for a terminal.");
        Approved.Check("parquet", story.ToString());
    }
}
