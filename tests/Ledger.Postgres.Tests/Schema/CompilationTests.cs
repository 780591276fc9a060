using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

/// <summary>The server compiles a statement whose estimated cost is above a limit, which takes a hundred times as long as a question for a few rows.</summary>
/// <remarks>https://www.postgresql.org/docs/15/jit-decision.html</remarks>
public sealed partial class CompilationTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const double CompiledAbove = 100_000;

    // Only their callers know the types of the parameters; the plans of the questions among them are in TaskPlansTests. The table of tenants is in the master database, or in a schema of many.
    private static readonly string[] TypedByTheirCaller =
        ["ListTenants", "count_tasks", "dead_letter", "find_conjoined_tenant", "find_tenant", "import_begin", "import_lock_streams", "import_update_streams", "list_calls", "list_conjoined_tenants", "list_all_tenants", "pool_choose", "pool_databases", "pool_find_tenant", "pool_list_tenants", "query_tasks", "tenant_is_off", "tenants_asked", "tenants_mark", "tenants_reach"];

    // What looks at every stream is planned for a full table, and is asked once for a run of retention.
    private static readonly string[] OfEveryStream = ["retention_candidates"];

    public static TheoryData<string> Questions =>
    [
        .. typeof(PostgresEventStore).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("sql/", StringComparison.Ordinal))
            .Select(name => name["sql/".Length..^".sql".Length])
            .Where(name => IsQuestion(SqlText.Load(name)) && !TypedByTheirCaller.Contains(name) && !OfEveryStream.Contains(name))
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Questions_AreMany() => Questions.Count.ShouldBeGreaterThan(60);

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Question_OnTablesNeverAnalysed_IsNotCompiled(string name)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var text = SqlText.Load(name, new SchemaNames("ledger", "ledger"));
        var values = Parameter().Matches(text).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        await ExecuteAsync(connection, $"set plan_cache_mode = force_generic_plan; prepare question as {text}");

        var execution = values == 0 ? "question" : $"question({string.Join(", ", Enumerable.Repeat("null", values))})";
        var plan = await ExecuteAsync(connection, $"explain execute {execution}");
        await ExecuteAsync(connection, "deallocate question; reset plan_cache_mode");

        var cost = double.Parse(Cost().Match(plan).Groups[1].Value, CultureInfo.InvariantCulture);
        cost.ShouldBeLessThan(CompiledAbove, plan);
    }

    // One statement that reads, whose text is complete.
    private static bool IsQuestion(string text)
    {
        var code = Comment().Replace(text, "").Trim();
        return (code.StartsWith("select", StringComparison.Ordinal) || code.StartsWith("with", StringComparison.Ordinal))
            && !code.TrimEnd(';').Contains(';', StringComparison.Ordinal)
            && Token().Matches(code).All(m => m.Value is "{ledger}" or "{events}" or "{ledger_text}" or "{events_text}");
    }

    private static async Task<string> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandText = sql, AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\{[a-z_]+\}")]
    private static partial Regex Token();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"cost=[\d.]+?\.\.([\d.]+)")]
    private static partial Regex Cost();
}
