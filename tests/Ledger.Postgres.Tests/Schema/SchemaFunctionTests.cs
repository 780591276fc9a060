using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Ledger.Postgres.Schema;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

/// <summary>The files of <c>migrations/functions/</c>, and how they are applied.</summary>
public sealed partial class SchemaFunctionTests
{
    // Called by users, in SQL.
    private static readonly string[] Public =
    [
        "blame", "call_events", "conflicts", "diff", "faults", "history", "index_events", "index_worlds", "merge_preview", "neighbours", "objects", "position_at", "rebuild_world", "rebuild_worlds",
        "search",
        "unindex_events", "unindex_worlds", "world",
    ];

    // Superseded, and called by nodes of the version before, which run beside this one's during an update. They leave with the next version.
    private static readonly string[] OfTheVersionBefore = ["append_event_v2", "append_events_v2", "append_v3", "chrono_append_event_v1", "create_branch_v1", "fork_v1"];

    private static readonly SchemaFunction Extra = new("extra_v1", Text("p_a integer, out p_b integer", "", "select p_a"));

    [Fact]
    public void Files_DefineOneFunctionEach_UnderItsName()
    {
        foreach (var function in SchemaFunction.All)
        {
            var statements = SqlStatements.Split(function.Text).ToList();
            Created().Match(statements[0]).Groups["name"].Value.ShouldBe(function.Name);
            statements.Count.ShouldBeLessThanOrEqualTo(2, function.Name);
            statements.Skip(1).ShouldAllBe(statement => statement.StartsWith("comment on ", StringComparison.Ordinal)
                && statement.Contains($" {{ledger}}.{function.Name}(", StringComparison.Ordinal));
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "migrations"), "*.sql", SearchOption.TopDirectoryOnly))
        {
            File.ReadAllText(file).ShouldNotContain("create function");
        }
    }

    [Fact]
    public void Checksums_OfTheBuild_AreThoseOfTheTexts() => ProgramChecksums.Text.ShouldBe(string.Join(
        '\n',
        Migration.All.Select(migration => $"{migration.Number:D4}_{migration.Name} {migration.Checksum}")
            .Concat(SchemaFunction.All.Select(function => $"{function.Name} {function.Checksum}"))));

    [Fact]
    public void Files_OpenWithPurposeParametersAndResult()
    {
        foreach (var function in SchemaFunction.All)
        {
            var comment = function.Text[..function.Text.IndexOf("create or replace", StringComparison.Ordinal)];
            comment.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith("-- ", StringComparison.Ordinal));
            comment.ShouldContain("\n-- Result: ", customMessage: function.Name);
            var groups = Mentioned().Matches(comment).Select(match => match.Value).ToList();
            foreach (var parameter in function.Arguments.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(argument => argument.Split(' ')[0]))
            {
                var group = $"{parameter.Split('_')[0]}_*";
                (groups.Contains(parameter) || groups.Contains(group) || comment.Contains("the others ", StringComparison.Ordinal))
                    .ShouldBeTrue($"The comment of {function.Name} says nothing of {parameter}.");
            }
        }
    }

    [Fact]
    public void Files_AreOfFunctionsThatSomethingCalls()
    {
        var texts = SchemaFunction.All.ToDictionary(function => function.Name, function => WithoutComments(function.Text));
        var callers = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.sql", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "migrations"), "*.sql", SearchOption.TopDirectoryOnly))
            .Select(file => WithoutComments(File.ReadAllText(file)))
            .ToList();
        var live = new HashSet<string>(Public.Concat(OfTheVersionBefore).Concat(Called(callers)), StringComparer.Ordinal);
        for (var before = 0; before < live.Count;)
        {
            before = live.Count;
            live.UnionWith(Called(live.Where(texts.ContainsKey).Select(name => texts[name]).ToList()));
        }

        texts.Keys.Except(live).ShouldBeEmpty("No statement, trigger or public function leads to these.");
        Public.Concat(OfTheVersionBefore).Except(texts.Keys).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_RecordsArgumentsThatDropTakes()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var function in SchemaFunction.All)
        {
            await using var drop = new NpgsqlCommand($"drop routine if exists ledger.{function.Name}({function.Arguments}) cascade", connection);
            await drop.ExecuteNonQueryAsync();
        }

        await using var count = new NpgsqlCommand("select count(*) from pg_proc where pronamespace = 'ledger'::regnamespace", connection);
        (await count.ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Fact]
    public async Task Apply_OtherText_ReplacesTheFunction()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        (await database.MigratorOf([.. SchemaFunction.All, Extra]).ApplyAsync()).Functions.ShouldBe(["extra_v1"]);
        await database.ExecuteAsync("grant execute on function ledger.extra_v1(integer) to pg_monitor");
        var changed = new SchemaFunction("extra_v1", Text("p_a integer, out p_b integer", "", "select p_a + 1"));

        var run = await database.MigratorOf([.. SchemaFunction.All, changed]).ApplyAsync();

        run.Functions.ShouldBe(["extra_v1"]);
        (await database.AskAsync<int>("select ledger.extra_v1(1)")).ShouldBe(2);
        // Replaced, not dropped: a grant stays.
        (await database.AskAsync<bool>("select proacl is not null from pg_proc where proname = 'extra_v1'")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("p_a integer", "returns bigint", "select 5::bigint")]
    [InlineData("p_other integer", "returns bigint", "select 5::bigint")]
    [InlineData("p_a text, p_b text default ''", "returns bigint", "select 5::bigint")]
    public async Task Apply_OtherSignature_LeavesOneFunction(string parameters, string result, string body)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.MigratorOf([.. SchemaFunction.All, Extra]).ApplyAsync();
        await database.ExecuteAsync("create function ledger.extra_v1(point, point) returns integer language sql as 'select 3'");
        var changed = new SchemaFunction("extra_v1", Text(parameters, result, body));

        (await database.MigratorOf([.. SchemaFunction.All, changed]).ApplyAsync()).Functions.ShouldBe(["extra_v1"]);

        (await database.AskAsync<long>("select ledger.extra_v1('1')")).ShouldBe(5);
        // The user's own, of the same name, is still there.
        (await database.AskAsync<long>("select count(*) from pg_proc where proname = 'extra_v1'")).ShouldBe(2);
        (await database.AskAsync<int>("select ledger.extra_v1(point(1, 1), point(2, 2))")).ShouldBe(3);
    }

    [Fact]
    public async Task Apply_FunctionThatLeft_IsDropped()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.MigratorOf([.. SchemaFunction.All, Extra]).ApplyAsync();
        await database.ExecuteAsync("create function ledger.mine() returns integer language sql as 'select 1'");
        (await database.MessagesAsync()).ShouldContain("The removal of function 'extra_v1' is pending; run 'ledger migrate apply'.");
        await database.Migrator.EnsureMigratedAsync();

        var run = await database.Migrator.ApplyAsync();

        (run.Functions, run.DroppedFunctions.Single()).ShouldBe(([], "extra_v1"));
        (await database.AskAsync<string[]>("select array_agg(proname::text) from pg_proc where proname in ('extra_v1', 'mine')")).ShouldBe(["mine"]);
        (await database.AskAsync<long>("select count(*) from ledger.schema_function where name = 'extra_v1'")).ShouldBe(0);
    }

    [Fact]
    public async Task Apply_FunctionOfANewerProgram_Stays()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.MigratorOf([.. SchemaFunction.All, Extra]).ApplyAsync();
        await database.ExecuteAsync("update ledger.schema_function set applied_by = '9.9.9', checksum = repeat('0', 64) where name in ('history', 'extra_v1')");

        await database.Migrator.EnsureMigratedAsync();
        (await database.Migrator.ApplyAsync()).IsNothing.ShouldBeTrue();
        await database.RunPsqlAsync(database.Migrator.Script());

        (await database.Migrator.ListFunctionsAsync()).Where(function => function.State == FunctionState.Newer).Select(function => function.Name)
            .ShouldBe(["extra_v1", "history"]);
        (await database.AskAsync<int>("select ledger.extra_v1(1)")).ShouldBe(1);
    }

    [Fact]
    public async Task Apply_FunctionThatTheServerRefuses_ChangesNone()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var broken = new SchemaFunction("zzz_v1", Text("p_a no_such_type", "returns integer", "select 1"));

        var refusal = await Should.ThrowAsync<FunctionFailedException>(() => database.MigratorOf([.. SchemaFunction.All, Extra, broken]).ApplyAsync());

        refusal.Message.ShouldBe(
            "Function 'zzz_v1' failed: type no_such_type does not exist (42704). No function was changed; applied migrations remain. "
            + "Run 'ledger migrate assert' to see how the schema differs.");
        PostgresFaults.Describe(refusal).ShouldBe(refusal.Message);
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task EnsureMigrated_OtherText_NamesTheFunctions()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();

        var one = await Should.ThrowAsync<SchemaNotMigratedException>(() => database.MigratorOf([.. SchemaFunction.All, Extra]).EnsureMigratedAsync());

        one.Message.ShouldBe(
            "Schema 'ledger' is not up to date: it lacks the current text of function 'extra_v1'. "
            + "Run 'ledger migrate apply', or set AutoMigrate.AtStart to migrate when the application starts.");
        one.MissingFunctions.ShouldHaveSingleItem().State.ShouldBe(FunctionState.Pending);
        await database.ExecuteAsync("delete from ledger.schema_function");
        (await Should.ThrowAsync<SchemaNotMigratedException>(() => database.Migrator.EnsureMigratedAsync())).Message
            .ShouldStartWith($"Schema 'ledger' is not up to date: it lacks the current text of {SchemaFunction.All.Count} functions. ");
    }

    [Fact]
    public async Task Apply_RecordOfFunctionsGone_MakesItAgain()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync("drop table ledger.schema_function");

        var run = await database.Migrator.ApplyAsync();

        run.Functions.Count.ShouldBe(SchemaFunction.All.Count);
        run.Mended.ShouldBeEmpty();
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    private static string Text(string parameters, string result, string body) =>
        $"""
        -- A function of a test.
        create or replace function {"{ledger}"}.extra_v1({parameters})
        {result}
        language sql
        as $function$
            {body}
        $function$;
        """.Replace("\n\n", "\n", StringComparison.Ordinal);

    private static HashSet<string> Called(List<string> texts) =>
        [.. texts.SelectMany(text => Calls().Matches(text)).Select(match => match.Groups["name"].Value)];

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"\Acreate or replace (?:function|procedure) \{ledger\}\.(?<name>\w+)\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex Created();

    // In the SQL of the folder and of the projects a function is always called with its schema.
    [GeneratedRegex(@"\{ledger\}\.(?<name>\w+)\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex Calls();

    [GeneratedRegex(@"\b\w+_\*|\b\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Mentioned();

    [GeneratedRegex(@"--[^\n]*", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();
}
