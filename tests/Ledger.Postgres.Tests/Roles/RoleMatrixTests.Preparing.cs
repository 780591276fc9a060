using Ledger.Conformance.Conventions;
using Ledger.Postgres.Schema;
using Ledger.Tasks;
using Npgsql;

namespace Ledger.Postgres.Tests.Roles;

public sealed partial class RoleMatrixTests
{
    private static AgentTask TaskOf(string id) => new() { Id = id, SystemPrompt = "Boil.", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };

    private static SchemaFunction Extra(string head) => new(
        $"extra_{head.Replace('-', '_')}",
        $$"""
        -- A function of a test.
        create or replace function {ledger}.extra_{{head.Replace('-', '_')}}()
        returns integer
        language sql
        as $function$
            select 1
        $function$;
        """);

    private async Task PrepareAsync(Func<PostgresEventStore, Task> prepare) => await UseAsync(_roles.Database.DataSource, prepare);

    private async Task UseAsync(NpgsqlDataSource source, Func<PostgresEventStore, Task> use)
    {
        await using var store = new PostgresEventStore(source, Options);
        await use(store);
    }

    private static List<(string What, Dictionary<string, bool> MayDo)> Table()
    {
        var rows = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs/roles.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Count(letter => letter == '|') == 8)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .ToList();
        var heads = rows[0];
        return [.. rows.Skip(1).Select(row => (row[0], Enumerable.Range(1, 6).ToDictionary(column => heads[column], column => row[column] switch { "yes" => true, "no" => false, var other => throw new FormatException(other) })))];
    }
}
