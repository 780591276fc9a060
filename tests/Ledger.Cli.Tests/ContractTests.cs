using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ledger.Cli.Tests.Approvals;
using Ledger.Cli.Tests.Calls;
using Ledger.Conformance;
using Ledger.Explorer.Contracts;
using Ledger.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>Every command prints with <c>--json</c> what its contract says, which is that of the HTTP API and of the abilities.</summary>
public sealed class ContractTests(CliDatabase database) : IClassFixture<CliDatabase>, IDisposable
{
    private static readonly ContractContext Out = ContractContext.Default;

    // What is not called here, and why.
    private static readonly Dictionary<string, string> Others = new()
    {
        ["serve"] = "it runs until it is stopped",
        ["mcp"] = "its answers are checked by McpTests",
        ["export"] = "it prints an event file",
        ["completion"] = "it prints a script",
        ["schema export"] = "it prints a schema document",
        ["profile set"] = "ProfileTests have a home",
        ["profile show"] = "ProfileTests have a home",
        ["profile remove"] = "ProfileTests have a home",
        ["db start"] = "DbTests start a server",
        ["db stop"] = "DbTests start a server",
        ["db status"] = "DbTests start a server",
        ["projections pause"] = "ProjectionsTests have a projection",
        ["projections resume"] = "ProjectionsTests have a projection",
        ["migrate tags"] = "MigrateTests have the tables",
        ["seal prove"] = "it prints a file of proofs",
        ["seal consistency"] = "it prints a file of proofs",
        ["seal verify"] = "SealTests have proofs and the key",
        ["retention restore"] = "RetentionCommandTests have an archive",
        ["seal cosign"] = "LogSealTests have a witness",
        ["seal witness"] = "WitnessTests have a witness",
        ["roles create"] = "RolesTests have roles of their own",
        ["roles check"] = "RolesTests have roles of their own",
        ["doctor"] = "DoctorTests: the server of tests needs a person",
        ["tenants list"] = "TenantsTests have databases of tenants",
        ["tenants add"] = "TenantsTests have databases of tenants",
        ["tenants remove"] = "TenantsTests have databases of tenants",
        ["tenants migrate"] = "TenantsTests have databases of tenants",
        ["tenants move"] = "TenantsTests have databases of tenants",
        ["tenants quota"] = "ConjoinedTests have tenants",
        ["tenants databases"] = "ConjoinedTests have a pool",
        ["tenants add-database"] = "ConjoinedTests have a pool",
        ["tenants daemon"] = "ConjoinedTests have roles of their own",
        ["chrono get"] = "a record is printed as it is hashed",
        ["chrono query"] = "records are printed as they are hashed",
        ["chrono history"] = "events of a chain are printed as they are hashed",
        ["chrono replay"] = "events of a chain are printed as they are hashed",
        ["chrono delete"] = "events of a chain are printed as they are hashed",
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-contracts-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task EveryCommand_Json_MatchesItsContract()
    {
        var request = await SetUpAsync();
        var approval = await AskForApprovalAsync("approving");
        (JsonTypeInfo Type, string[] Args)[] calls =
        [
            (Out.DemoContract, ["demo"]),
            (Out.RunContract, ["run", "start", "--id", "begun"]),
            (Out.IReadOnlyListRunContract, ["run", "list"]),
            (Out.RunPageContract, ["run", "list", "--status", "any", "--branches"]),
            (Out.RunTotalsListContract, ["run", "totals"]),
            (Out.RunContract, ["run", "rename", "a", "A title"]),
            (Out.RunContract, ["run", "label", "branch:b", "--add", "a label"]),
            (Out.AppendContract, ["append", "a", "--type", "note", "--actor", "me"]),
            (Out.IReadOnlyListEventContract, ["events", "a"]),
            (Out.IReadOnlyListEventContract, ["log"]),
            (Out.FoundEventsContract, ["search", "--type", "note", "--label", "a label"]),
            (Out.RunContract, ["status", "branch:b"]),
            (Out.WorldContract, ["world", "branch:b"]),
            (Out.WorldContract, ["world", "--events", PathOf("events.jsonl")]),
            (Out.IReadOnlyListObjectContract, ["world", "a", "--type", "Claim"]),
            (Out.ObjectContract, ["object", "a", "c1"]),
            (Out.NeighbourhoodContract, ["neighbours", "a", "c1"]),
            (Out.BranchContract, ["fork", "a", "--at", "2", "--name", "a label"]),
            (Out.IReadOnlyListBranchContract, ["branches", "a"]),
            (Out.IReadOnlyListBranchContract, ["branch", "list"]),
            (Out.IReadOnlyListProfileContract, ["profile", "list"]),
            (Out.DiffContract, ["diff", "a", "branch:b"]),
            (Out.CherryPickContract, ["cherry-pick", "branch:b", "a", "e3", "--with-causes", "--theirs", "--preview"]),
            (Out.RebaseContract, ["rebase", "branch:b", "a", "--preview"]),
            (Out.RebaseContract, ["rebase", "branch:b", "a", "--squash", "--actor", "me"]),
            (Out.MergeContract, ["merge", "branch:b", "a", "--preview"]),
            (Out.MergeContract, ["merge", "branch:b", "a", "--theirs", "--actor", "me"]),
            (Out.SnapshotContract, ["snapshot", "a"]),
            (Out.ReplayContract, ["replay", "a"]),
            (Out.WorldIndexContract, ["worlds", "index"]),
            (Out.TraceContract, ["trace", "e3", "--run", "a"]),
            (Out.BlameContract, ["blame", "branch:b", "c1"]),
            (Out.BlameContract, ["blame", "a", "r1", "--relation"]),
            (Out.DivergenceContract, ["divergence", "a", "branch:b"]),
            (Out.OpenCallsContract, ["calls", "list", "paying"]),
            (Out.CallChangeContract, ["calls", "answer", "paying", $"{request}", "\"paid\""]),
            (Out.ApprovalsContract, ["approvals", "list", "approving"]),
            (Out.IReadOnlyListApprovalsContract, ["approvals", "list"]),
            (Out.ApprovalContract, ["approvals", "deny", "approving", $"{approval}", "--by", "me", "--reason", "no"]),
            (Out.ApprovalContract, ["approvals", "approve", "approving", $"{approval}", "--by", "me"]),
            (Out.BudgetContract, ["budget", "set", "a", "--usd", "5"]),
            (Out.BudgetContract, ["budget", "show", "b"]),
            (Out.BudgetContract, ["budget", "join", "a", "task:t9"]),
            (Out.TokenContract, ["token", "create", "ann", "--write", "--file", PathOf("tokens.txt")]),
            (Out.PictureContract, ["graph", "a", "--svg", PathOf("a.svg")]),
            (Out.ImportContract, ["import", "kando", PathOf("events.jsonl")]),
            (Out.IReadOnlyListAbilityContract, ["bus", "list"]),
            (Out.RunPageContract, ["invoke", "run:list"]),
            (Out.UpsertContract, ["chrono", "upsert", "p", "--file", PathOf("records.json")]),
            (Out.ProjectContract, ["chrono", "count", "p"]),
            (Out.ProjectContract, ["chrono", "head", "p"]),
            (Out.ProjectContract, ["chrono", "rebuild", "p"]),
            (Out.ProjectContract, ["chrono", "export", "p", PathOf("exported")]),
            (Out.ProjectContract, ["chrono", "backup", "p", PathOf("backup")]),
            (Out.ChronoImportContract, ["chrono", "restore", "p2", PathOf("backup")]),
            (Out.ChronoImportContract, ["chrono", "import", "p3", PathOf("exported")]),
            (Out.ChronoMigrationContract, ["chrono", "migrate", "p4", PathOf("")]),
            (Out.VerdictContract, ["chrono", "verify", "p", "--deep"]),
            (Out.VerdictContract, ["chrono", "verify", "--folder", PathOf("exported")]),
            (Out.CompactionContract, ["chrono", "compact", "p"]),
            (Out.ProjectionsContract, ["projections", "list"]),
            (Out.IReadOnlyListShardContract, ["projections", "status"]),
            (Out.IReadOnlyListDeadLetterContract, ["projections", "dead-letters"]),
            (Out.DroppedLettersContract, ["projections", "dead-letters", "none-such", "--drop", "gone"]),
            (Out.ReplayedLettersContract, ["projections", "dead-letters", "--replay"]),
            (Out.RebuildContract, ["projections", "rebuild", "world"]),
            (Out.ProjectionStepPageContract, ["projections", "step", "world", "branch:b", "--to", "3"]),
            (Out.TaskContract, ["task", "save", "t1", "--prompt", "Boil.", "--run", "a"]),
            (Out.TaskContract, ["task", "show", "t1"]),
            (Out.TaskPageContract, ["task", "list"]),
            (Out.IReadOnlyListTaskOfTreeContract, ["task", "tree", "t1"]),
            (Out.MessageContract, ["message", "save", "How?", "--task", "t1", "--id", "m1"]),
            (Out.MessagePageContract, ["message", "list", "--task", "t1"]),
            (Out.CallContract, ["call", "save", "k1", "--task", "t1", "--ability", "kettle:heat", "--start", "m1"]),
            (Out.CallsContract, ["call", "list", "--task", "t1"]),
            (Out.CallDetailsContract, ["call", "show", "k1"]),
            (Out.RecoveryContract, ["recover"]),
            (Out.TaskContract, ["task", "complete", "t1"]),
            (Out.SealTextContract, ["seal", "keygen", "example.com/log", "--out", PathOf("seal.key")]),
            (Out.SealTextContract, ["seal", "checkpoint", "--key-file", PathOf("seal.key")]),
            (Out.SealStatusContract, ["seal", "status"]),
            (Out.SealAuditContract, ["seal", "audit"]),
            (Out.IReadOnlyListRetentionHoldContract, ["retention", "hold", "run:a", "--reason", "A case."]),
            (Out.RetentionContract, ["retention", "plan", "--older-than", "90d"]),
            (Out.RetentionContract, ["retention", "run", "--older-than", "90d", "--archive", Path.Combine(_folder.FullName, "archive")]),
            (Out.RetentionContract, ["retention", "report"]),
            (Out.SealStatusContract, ["seal", "export", PathOf("tiles")]),
            (Out.MaskContract, ["mask", "--stream", "begun", "--reason", "asked"]),
            (Out.ForgottenContract, ["forget", "customer-7"]),
            (Out.WorldIndexContract, ["query", "--create-indexes"]),
            (Out.IReadOnlyListContractBreakContract, ["schema", "check", ContractsFile()]),
            (Out.IReadOnlyListEventTypeContract, ["schema", "status", "--check"]),
            (Out.ScriptContract, ["roles", "script"]),
            (Out.IReadOnlyListMigrationContract, ["migrate", "list"]),
            (Out.IReadOnlyListMigrationContract, ["migrate", "apply"]),
            (Out.IReadOnlyListSchemaDifferenceContract, ["migrate", "assert"]),
            (Out.RepairContract, ["migrate", "repair"]),
            (Out.ScriptContract, ["migrate", "script"]),
            (Out.RunContract, ["run", "archive", "begun"]),
            (Out.DataFolderContract, ["db", "path"]),
        ];
        foreach (var (type, args) in calls)
        {
            ShouldBe(await database.Cli.JsonAsync(args), type, $"ledger {string.Join(' ', args)}");
        }

        var released = await BeginCallAsync("released");
        ShouldBe(await database.Cli.JsonAsync("calls", "release", "released", $"{released}"), Out.CallChangeContract, "ledger calls release");
        var called = calls.Select(call => call.Args).Append(["calls", "release"]).ToList();
        foreach (var name in Names(Commands.Create(), ""))
        {
            (called.Any(args => string.Join(' ', args).StartsWith(name, StringComparison.Ordinal)) ^ Others.ContainsKey(name)).ShouldBeTrue(name);
        }
    }

    [Fact]
    public async Task Events_PrintedByAnyCommand_CanBeAppendedAgain()
    {
        await database.StartAsync("printed", 3);
        foreach (var command in (string[][])[["events", "printed", "--json"], ["events", "printed", "--follow", "--to", "3", "--json"], ["log", "--prefix", "run:printed", "--json"]])
        {
            var printed = (await database.Cli.RunAsync(command)).ShouldSucceed();
            var copy = await (database.Cli with { Input = printed }).JsonAsync("append", $"copy-{command.Length}-{command[0]}", "--file", "-");
            copy.GetProperty("count").GetInt64().ShouldBe(3);
        }
    }

    [Fact]
    public async Task Events_Printed_BeginAsInEventFiles()
    {
        await database.StartAsync("filed", 3);
        var lines = (await database.Cli.RunAsync("export", "filed")).ShouldSucceed().TrimEnd('\n').Split('\n');
        var printed = (await database.Cli.RunAsync("events", "filed", "--json")).ShouldSucceed().Split('\n').Where(line => line.StartsWith('{')).ToArray();

        printed.Length.ShouldBe(lines.Length);
        printed.Zip(lines).ShouldAllBe(pair => pair.First.StartsWith(pair.Second.TrimEnd('}'), StringComparison.Ordinal));
    }

    [Fact]
    public void Members_OfOneName_MeanOneThing()
    {
        // Lists whose items add something to the thing of their name, the events and notes of record stores, and what a projection does step by step.
        string[] exceptions =
        [
            "RecoveryContract.tasks", "RecoveryContract.calls", "NeighbourhoodContract.objects", "DiffContract.changes", "MergeContract.changes", "ChainEventsContract.events",
            "ChronoMigrationContract.notes", "ChronoImportContract.left", "VerdictContract.events", "CompactionContract.event",
            "ComparisonContract.runs", "ComparisonLineContract.runs", "ComparedRowContract.events", "ComparisonLineContract.events",
            "ProjectionStepContract.changes", "ProjectionStepPageContract.steps", "DoctorContract.findings", "TenantMoveContract.tables",
        ];
        var members = typeof(ContractContext).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(ContractContext).Namespace && type.Name.EndsWith("Contract", StringComparison.Ordinal) && type != typeof(WorldStreamContract) && type != typeof(ProjectionStepStreamContract))
            .SelectMany(type => Out.GetTypeInfo(type)!.Properties.Select(property => (Owner: type.Name, property.Name, Kind: KindOf(property.PropertyType))))
            .Where(member => !exceptions.Contains($"{member.Owner}.{member.Name}"))
            .ToList();

        // Answers to spans have the names of OpenTelemetry's protocol.
        members.RemoveAll(member => member.Owner is nameof(TracesContract) or nameof(PartialSuccessContract) or nameof(RpcStatusContract) or nameof(RpcBadRequestContract));
        members.ShouldAllBe(member => member.Name == JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name));
        members.Where(member => ExpectedOf(member.Name) is { } expected && member.Kind != expected)
            .Select(member => $"{member.Owner}.{member.Name} is {member.Kind}").ShouldBeEmpty();
        members.Where(member => member.Kind.Contains("Contract", StringComparison.Ordinal)).GroupBy(member => member.Name)
            .Where(name => name.Select(member => member.Kind).Distinct().Count() > 1)
            .Select(name => $"{name.Key}: {string.Join(", ", name.Select(member => $"{member.Owner} has {member.Kind}"))}").ShouldBeEmpty();
    }

    /// <summary>The type that the name of a member promises, or null.</summary>
    private static string? ExpectedOf(string name) => name switch
    {
        "stream" or "parent" or "root" or "run" or "id" => "text",
        "length" or "version" or "position" or "fork_position" or "sequence" or "count" or "total" => "integer",
        _ when name.EndsWith("_at", StringComparison.Ordinal) => "time",
        _ when name.EndsWith("_id", StringComparison.Ordinal) => "text",
        _ when name.EndsWith("_count", StringComparison.Ordinal) || name.EndsWith("_length", StringComparison.Ordinal) => "integer",
        _ => null,
    };

    private static string KindOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var integer when integer == typeof(int) || integer == typeof(long) => "integer",
        var text when text == typeof(string) || text == typeof(Guid) => "text",
        var time when time == typeof(DateTimeOffset) => "time",
        { IsGenericType: true } list => $"{list.GetGenericArguments()[^1].Name}s",
        var other => other.Name,
    };

    private string ContractsFile()
    {
        File.WriteAllText(PathOf("contracts.json"), """{"$defs":{}}""");
        return PathOf("contracts.json");
    }

    private static IEnumerable<string> Names(Command command, string prefix) => command.Subcommands.Count == 0
        ? [prefix]
        : command.Subcommands.SelectMany(below => Names(below, prefix.Length == 0 ? below.Name : $"{prefix} {below.Name}"));

    private static void ShouldBe(JsonElement printed, JsonTypeInfo type, string command)
    {
        var schemas = new JsonObject(ContractSchema.Of([type]).Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value)));
        printed.ShouldMatch(ContractSchema.ReferenceTo(type), new JsonObject { ["schemas"] = schemas }, $"{command}: {printed}");
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<Guid> BeginCallAsync(string run)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        return (await HangingCall.BeginAsync(store, run)).RequestId;
    }

    private async Task<Guid> AskForApprovalAsync(string run)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        return await PendingCall.BeginAsync(store, run);
    }

    private async Task<Guid> SetUpAsync()
    {
        await File.WriteAllTextAsync(PathOf("events.jsonl"), SampleFile.Text);
        await File.WriteAllTextAsync(PathOf("records.json"), """[{"id": "R-1", "kind": "fact", "label": "Water boils"}]""");
        await File.WriteAllTextAsync(PathOf("requirements.json"), """[{"id": "R-2", "title": "Boil"}]""");
        (await (database.Cli with { Input = SampleFile.Text }).RunAsync("append", "a", "--file", "-")).ShouldSucceed();
        (await database.Cli.RunAsync("fork", "a", "--at", "3", "--id", "b")).ShouldSucceed();
        (await database.Cli.RunAsync("append", "branch:b", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2}}""")).ShouldSucceed();
        (await database.Cli.RunAsync("append", "branch:b", "--type", "object.patched", "--data", """{"id":"c9","patch":{"n":2}}""", "--validate", "off")).ShouldSucceed();
        return await BeginCallAsync("paying");
    }
}
