using System.Text.Json;
using Ledger.Cli.Tests.Bus;
using Ledger.Mcp;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Seal;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Tenants;

/// <summary>Two tenants with the same ids in one schema: no command and no tool shows or changes what is the other's.</summary>
public sealed class EveryCommandOfTenantsTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    // Words that stand nowhere in the command.
    private const string Loud = "zebra";
    private const string Quiet = "otter";

    private const string Event = "00000000-0000-0000-0000-000000000010";

    // What reads and writes no log, or is of all of a schema or a server.
    private static readonly string[] OfNoTenant =
    [
        "token create", "db start", "db stop", "db status", "db path", "profile list", "profile show", "profile set", "profile remove", "completion", "bus list",
        "seal keygen", "seal verify", "schema check", "roles create", "roles check", "roles script", "migrate apply", "migrate assert", "migrate repair", "migrate tags", "migrate script", "migrate list",
        "tenants list", "tenants add", "tenants remove", "tenants migrate", "tenants move", "tenants daemon", "tenants quota", "tenants databases", "tenants add-database",
    ];

    // Their addresses and tools are played one by one: here, and in the tests of the explorer.
    private static readonly string[] Servers = ["serve", "mcp"];

    // There is no such call, projection, file or role of readers, a branch is in the budget of its run, and the settings of a server of tests are those of no other.
    private static readonly string[] Refused =
    [
        "1 cherry-pick run:same branch:fork none", $"1 calls release same {Event} --reason MARK", $$"""1 calls answer same {{Event}} {"of":"MARK"}""", "1 budget join branch:fork run:same --actor MARK",
        $"1 approvals approve same {Event} --by MARK", $"1 approvals deny same {Event} --by MARK", "1 projections pause search", "1 projections resume search",
        "1 retention restore DIR/none.jsonl.gz", "1 seal consistency DIR/none", "1 seal cosign DIR/none", "1 seal witness DIR/none", "1 doctor",
        "1 mcp log_query", "1 mcp seal_prove",
    ];

    // Commands in their order; after ' < ' what they read. MARK is the tenant's.
    private static readonly string[] Script =
    [
        "run start --id same",
        """append same --file - < {"id":"EVENT","type":"object.created","data":{"id":"same","type":"Claim","data":{"of":"MARK","mail":"MARK"}}}""",
        """append same --type object.created --data {"id":"other","type":"Claim","data":{"of":"MARK"}}""",
        """append same --type tool.called --data {"tool":"tool-MARK"} --call same""",
        "run rename same Title-MARK", "run label same --add MARK", "run list --branches", "run totals --by label",
        "fork same@1 --id fork --name MARK",
        """append branch:fork --type object.patched --data {"id":"same","patch":{"branch":"MARK"}}""",
        "events same", "events branch:fork --json", "log", "status same", "search MARK", "search of", "query select~*~from~ledger.events",
        "graph same --svg -", "world same", "object same same", "neighbours same same", "snapshot same", "replay same", "worlds index",
        "branch list", "branches same", "diff run:same branch:fork", "divergence run:same branch:fork", $"trace {Event} --run same", "blame same same",
        "cherry-pick run:same branch:fork none", "merge run:same branch:fork", "rebase branch:fork run:same --id rebased --name MARK",
        "calls list same", $"calls release same {Event} --reason MARK", $$"""calls answer same {{Event}} {"of":"MARK"}""",
        "budget set same --usd 5 --actor MARK", "budget join branch:fork run:same --actor MARK", "budget show same",
        "approvals list same", $"approvals approve same {Event} --by MARK", $"approvals deny same {Event} --by MARK",
        "export same", "export chat same", """import - --id imported < [{"role":"user","content":"MARK"}]""", "run start --id archived", "run archive archived",
        "task save same --prompt MARK --run same", "task list", "task show same", "task tree same", "message save MARK --task same --id same", "message list --task same",
        "call save same --task same --ability mem:retrieve --start same", "call list --task same", "call show same", "recover", """invoke ldg:task:get {"taskId":"same"}""", "task complete same --status success",
        "chrono upsert same same --kind fact --label MARK", "chrono upsert same gone --kind fact --label MARK", "chrono delete same gone", "chrono get same same", "chrono query same", "chrono count same",
        "chrono history same same", "chrono replay same", "chrono verify same --deep", "chrono head same", "chrono backup same DIR/backup", "chrono restore again DIR/backup", "chrono export same DIR",
        "chrono import imported DIR", "chrono migrate migrated DIR", "chrono compact same", "chrono rebuild same",
        "projections list", "projections pause search", "projections status", "projections resume search", "projections dead-letters", "projections step world same", "projections rebuild world --stream same",
        "schema export", "schema status",
        "mask --stream same --type object.created --path $.data.mail --reason MARK --by MARK", "mask --list", "forget MARK", "forget --list",
        "retention hold run:same --reason MARK", "retention hold", "retention plan --older-than 900d", "retention run --older-than 900d --archive DIR/archive", "retention report", "retention restore DIR/none.jsonl.gz",
        "seal checkpoint", "seal status", "seal prove run:same", "seal consistency DIR/none", "seal cosign DIR/none", "seal witness DIR/none", "seal audit", "seal export DIR/seal",
        "doctor", "demo --id demonstrated",
    ];

    [Fact]
    public async Task EveryCommandAndTool_OfTwoTenantsWithTheSameIds_ShowsAndChangesWhatIsOfOneAlone()
    {
        var leaves = Commands.Create().Subcommands.SelectMany(command => command is LedgerCommand ? [command.Name] : command.Subcommands.Select(verb => $"{command.Name} {verb.Name}")).ToList();
        leaves.Where(leaf => !OfNoTenant.Contains(leaf) && !Servers.Contains(leaf) && !Script.Any(line => line == leaf || line.StartsWith($"{leaf} ", StringComparison.Ordinal)))
            .ShouldBeEmpty("a command is played for two tenants: say here with what");
        await database.Map.AddAsync(Loud);
        await database.Map.AddAsync(Quiet);
        var folder = Directory.CreateTempSubdirectory("ledger-tenants-").FullName;
        try
        {
            var loud = await PlayAsync(Loud, Path.Combine(folder, "1"));
            var before = await database.RowsOfAsync(Loud);
            before.ShouldContain($"of-{Loud}");
            var quiet = await PlayAsync(Quiet, Path.Combine(folder, "2"));

            var (after, ofQuiet) = (await database.RowsOfAsync(Loud), await database.RowsOfAsync(Quiet));
            quiet.ShouldSatisfyAllConditions(
                () => quiet.Where(answer => answer.Text.Contains(Loud, StringComparison.OrdinalIgnoreCase)).Select(answer => answer.Line).ShouldBeEmpty(),
                () => quiet.Select(answer => $"{answer.ExitCode} {answer.Line}").ShouldBe(loud.Select(answer => $"{answer.ExitCode} {answer.Line}")),
                () => after.ShouldBe(before),
                () => ofQuiet.ShouldNotContain(Loud),

                // What is asked is answered, and much of it shows whose it is.
                () => loud.Where(answer => answer.ExitCode != 0).Select(answer => $"{answer.ExitCode} {answer.Line}").ShouldBe(Refused),
                () => loud.Count(answer => answer.Text.Contains(Loud, StringComparison.Ordinal)).ShouldBeGreaterThan(40));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            NpgsqlConnection.ClearAllPools();
        }
    }

    private async Task<List<(string Line, int ExitCode, string Text)>> PlayAsync(string tenant, string folder)
    {
        Directory.CreateDirectory(folder);
        var cli = new Cli
        {
            ConnectionString = database.ConnectionString,
            Environment = new Dictionary<string, string> { ["LEDGER_SEAL_KEY"] = SealKey.Generate("example.com/same").Export() },
        };
        var answers = new List<(string, int, string)>();
        foreach (var line in Script)
        {
            var parts = line.Replace("MARK", $"of-{tenant}", StringComparison.Ordinal).Replace("EVENT", Event, StringComparison.Ordinal).Replace("DIR", folder, StringComparison.Ordinal).Split(" < ");
            var result = await (cli with { Input = parts.Length > 1 ? parts[1] : "" }).RunAsync([.. parts[0].Split(' ').Select(word => word.Replace('~', ' ')), "--tenant", tenant]);
            answers.Add((line, result.ExitCode, result.Output + result.Error));
        }

        answers.AddRange(await CallToolsAsync(cli, tenant));
        return answers;
    }

    private static async Task<List<(string Line, int ExitCode, string Text)>> CallToolsAsync(Cli cli, string tenant)
    {
        string[] options = ["--tenant", tenant, "--allow-queries"];
        var tools = (await McpAnswers.AskWithAsync(cli, options, """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"""))["1"].GetProperty("result").GetProperty("tools").EnumerateArray().ToList();
        tools.Count.ShouldBe(ToolTable.Count);
        var calls = tools.Select((tool, i) => (
            Reads: tool.GetProperty("annotations").GetProperty("readOnlyHint").GetBoolean(),
            Line: JsonSerializer.Serialize(new
            {
                jsonrpc = "2.0",
                id = i + 1,
                method = "tools/call",
                @params = new { name = tool.GetProperty("name").GetString(), arguments = ArgumentsOf(tool, $"of-{tenant}") },
            }))).ToLookup(call => call.Reads, call => call.Line);

        // A conversation for each that writes, and then one for all others: the server answers the calls of one at once, in any order.
        var answers = new Dictionary<string, JsonElement>();
        foreach (var lines in calls[false].Select(call => new[] { call }).Append([.. calls[true]]))
        {
            foreach (var (id, answer) in await McpAnswers.AskWithAsync(cli, options, lines))
            {
                answers[id] = answer;
            }
        }

        return [.. tools.Select((tool, i) =>
        {
            var result = answers[$"{i + 1}"].GetProperty("result");
            return ($"mcp {tool.GetProperty("name")}", result.TryGetProperty("isError", out var isError) && isError.GetBoolean() ? 1 : 0, $"{result}");
        })];
    }

    private static Dictionary<string, object> ArgumentsOf(JsonElement tool, string mark)
    {
        var schema = tool.GetProperty("inputSchema");
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];

        // Of many conditions one has to be given.
        IEnumerable<string> given = tool.GetProperty("name").GetString() == "log_search" ? ["text"] : required;
        return given.ToDictionary(name => name, name => ValueOf(tool.GetProperty("name").GetString()!, name, mark));
    }

    private static object ValueOf(string tool, string name, string mark) => (tool, name) switch
    {
        ("run_rebase", "run") or (_, "other" or "source") => "branch:fork",
        ("run_start" or "run_fork", "id") => "by-tool",
        ("run_append", "type") => "note",
        (_, "run" or "onto") => "run:same",
        (_, "at") => 1,
        (_, "data") => new { of = mark },
        (_, "record") => new { id = "same", kind = "fact", label = mark },
        (_, "event" or "event_id") => Event,
        (_, "events") => new[] { Event },
        (_, "sql") => "select * from ledger.events",
        (_, "text") => mark,
        (_, "task") => new { id = "by-tool", systemPrompt = mark },
        (_, "message") => new { id = "by-tool", taskId = "same", role = "user", content = mark, timestamp = "2026-11-29T10:30:00Z" },
        (_, "call") => new { id = "by-tool", taskId = "same", abilityName = "mem:retrieve", parameters = $$"""{"of":"{{mark}}"}""", status = "pending", details = "{}", createdAt = 1000, startMessageId = "same" },
        (_, "id" or "project" or "taskId") => "same",
        _ => throw new InvalidOperationException($"The tool '{tool}' has an argument '{name}', which is new: say here what it gets."),
    };
}
