using System.Text.RegularExpressions;
using Npgsql;

namespace Ledger.Postgres.Log.Importing;

/// <summary>A table of the session that takes the rows of a COPY in a schema of many tenants: PostgreSQL copies into no table that has row-level security.</summary>
/// <remarks>The rows go on to the real table by a statement, which the policies hold, in the caller's transaction.</remarks>
internal sealed partial class TenantCopyTarget
{
    private readonly NpgsqlConnection _connection;
    private readonly PostgresOptions _options;
    private readonly string _move;

    private TenantCopyTarget(NpgsqlConnection connection, PostgresOptions options, string copy, string move) =>
        (_connection, _options, Copy, _move) = (connection, options, copy, move);

    /// <summary>The statement that copies into it.</summary>
    public string Copy { get; }

    /// <summary>Makes the table for a COPY, or empties the one that the transaction has.</summary>
    /// <param name="connection">A connection in a transaction.</param>
    /// <param name="copy">The statement that would copy into the real table.</param>
    /// <param name="options">The time-out.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<TenantCopyTarget> MakeAsync(NpgsqlConnection connection, string copy, PostgresOptions options, CancellationToken cancellationToken)
    {
        var parts = Parts().Match(copy);
        string[] names = parts.Groups["columns"].Value.Split(',', StringSplitOptions.TrimEntries);
        var (table, columns) = (parts.Groups["table"].Value, string.Join(", ", names));
        var name = $"ledger_copy_{Identifier().Replace(table, "_")}";

        // Every writer's rows are of the tenant of its session.
        var rest = string.Join(", ", names.Where(column => column != "tenant_id"));
        var target = new TenantCopyTarget(
            connection, options, copy.Replace($"copy {table}", $"copy pg_temp.{name}", StringComparison.Ordinal), Fill("tenant_copy_move"));
        await target.ExecuteAsync(Fill("tenant_copy_make"), cancellationToken).ConfigureAwait(false);
        return target;

        string Fill(string sql) => SqlText.Load(sql)
            .Replace("{name}", name, StringComparison.Ordinal)
            .Replace("{table}", table, StringComparison.Ordinal)
            .Replace("{columns}", columns, StringComparison.Ordinal)
            .Replace("{rest}", rest, StringComparison.Ordinal);
    }

    /// <summary>Moves the rows to the real table.</summary>
    public Task MoveAsync(CancellationToken cancellationToken) => ExecuteAsync(_move, cancellationToken);

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    [GeneratedRegex(@"\Acopy (?<table>[^(]+?)\s*\((?<columns>[^)]*)\)", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Parts();

    [GeneratedRegex(@"[^a-z_]", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
