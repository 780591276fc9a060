using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>The tenant of a connection, which PostgreSQL sets when the connection is opened and again whenever Npgsql resets it.</summary>
/// <remarks>So no statement is needed for it when a pool hands a connection out, and no code can forget it.</remarks>
internal static partial class TenantSetting
{
    /// <summary>The setting that the policies of the tables read.</summary>
    public const string Name = "ledger.tenant";

    /// <summary>The same connection for a tenant.</summary>
    public static string With(string connectionString, string tenant)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (Of(parts) is { } other && other != tenant)
        {
            throw new ArgumentException($"The connection string is that of tenant '{other}', and cannot become that of '{tenant}'.", nameof(connectionString));
        }

        if (Of(parts) is null)
        {
            parts.Options = $"{parts.Options} -c {Name}={Escaped(tenant)}".TrimStart();
        }

        // A connection that is returned to the pool forgets what a caller has set on it.
        parts.NoResetOnClose = false;
        return parts.ConnectionString;
    }

    /// <summary>The tenant of a connection string, or null if it names none.</summary>
    public static string? Of(string connectionString) => Of(new NpgsqlConnectionStringBuilder(connectionString));

    /// <summary>Shows the rest of a transaction the rows of a tenant; of none, with an empty name.</summary>
    public static async Task SetAsync(NpgsqlTransaction transaction, string tenant, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("use_tenant"), transaction.Connection, transaction) { Parameters = { new() { Value = tenant } } };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same connection for no tenant.</summary>
    public static string Without(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (parts.Options is { } options)
        {
            parts.Options = Assignment().Replace(options, "").Trim();
        }

        return parts.ConnectionString;
    }

    /// <inheritdoc cref="Of(string)"/>
    public static string? Of(NpgsqlConnectionStringBuilder parts) =>
        parts.Options is { } options && options.Contains(Name, StringComparison.OrdinalIgnoreCase) && Assignment().Matches(options) is [.., var last] ? Escape().Replace(last.Groups["value"].Value, "$1") : null;

    // https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS: a backslash keeps the character after it.
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            escaped.Append(c == '\\' || char.IsWhiteSpace(c) ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    [GeneratedRegex(@"(?:-c\s*|--)ledger\.tenant=(?<value>(?:\\.|[^\s\\])*)", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Escape();
}
