using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ledger.Postgres.Schema;
using Npgsql;

namespace Ledger.Postgres.Tests.Schema.Adopting;

/// <summary>Makes schemas as programs before <c>0001_tables</c> made them, from the migrations of that time.</summary>
internal static class OldSchema
{
    private const string Folder = "old/";

    /// <summary>The number of the last of these migrations.</summary>
    public const int Last = 21;

    /// <summary>Applies the migrations up to one, and records them.</summary>
    public static async Task CreateAsync(NpgsqlDataSource dataSource, PostgresOptions options, int last)
    {
        foreach (var name in Names().Where(name => NumberOf(name) <= last))
        {
            var text = TextOf(name);
            await using var connection = await dataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await ExecuteAsync(connection, options.Schemas.Fill(text));
            if (NumberOf(name) > 0)
            {
                await ExecuteAsync(
                    connection,
                    options.Schemas.Fill("insert into {ledger}.migration (number, name, checksum, applied_at, applied_by) values ($1, $2, $3, clock_timestamp(), '0.1.0')"),
                    NumberOf(name),
                    name[5..],
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
            }

            await transaction.CommitAsync();
        }
    }

    /// <summary>Lets today's program write into an old schema, which is lent the functions that it does not have yet.</summary>
    public static async Task FillAsync(NpgsqlDataSource dataSource, PostgresOptions options, Func<Task> write)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var ask = new NpgsqlCommand(
            "select distinct p.proname::text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where n.nspname = $1", connection);
        ask.Parameters.Add(new NpgsqlParameter { Value = options.LedgerSchema });
        var there = new HashSet<string>();
        await using (var reader = await ask.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                there.Add(reader.GetString(0));
            }
        }

        SchemaFunction[] lent = [.. SchemaFunction.All.Where(function => !there.Contains(function.Name))];
        await ExecuteAsync(
            connection,
            options.Schemas.Fill("set check_function_bodies = off;\n" + string.Join('\n', lent.Select(function => function.Text)) + "\nreset check_function_bodies;"));

        // Every question to tasks and records asks it, and the old schema has no table of retention.
        await ExecuteAsync(connection, options.Schemas.Fill("create or replace function {ledger}.retaining_v1(p_stream text) returns boolean language sql as 'select false'"));
        await write();
        await ExecuteAsync(connection, options.Schemas.Fill(string.Concat(lent.Select(function => $"drop routine {{ledger}}.{function.Name};\n"))));
    }

    /// <summary>The names of the migrations with their numbers, in order.</summary>
    public static IReadOnlyList<string> Names() =>
    [
        .. typeof(OldSchema).Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => resource[Folder.Length..^".sql".Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of one.</summary>
    public static string TextOf(string name) => SqlText.Read(typeof(OldSchema).Assembly, $"{Folder}{name}.sql");

    private static int NumberOf(string name) => int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
