using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Local;

/// <summary>Makes and drops databases of a server.</summary>
internal static class Databases
{
    /// <summary>Creates a database; an existing one, perhaps just created by another process, is left unchanged.</summary>
    internal static async Task EnsureAsync(string administration, string database, CancellationToken cancellationToken)
    {
        try
        {
            await CreateAsync(administration, database, "template0", copiesFiles: false, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // The database already exists.
        }
    }

    /// <summary>Creates a database as a copy of a template.</summary>
    /// <param name="administration">The connection string of another database of the server.</param>
    /// <param name="database">Its name.</param>
    /// <param name="template">The database that is copied.</param>
    /// <param name="copiesFiles">Whether files are copied between two checkpoints, which is cheaper only where a checkpoint does not wait for a disk.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal static Task CreateAsync(
        string administration, string database, string template, bool copiesFiles, CancellationToken cancellationToken) =>
        ExecuteAsync(
            administration,
            SqlText.Load("CreateDatabase")
                .Replace("{strategy}", copiesFiles ? "file_copy" : "wal_log", StringComparison.Ordinal)
                .Replace("{database}", Quote(database), StringComparison.Ordinal)
                .Replace("{template}", Quote(template), StringComparison.Ordinal),
            cancellationToken);

    internal static Task DropAsync(string administration, string database, CancellationToken cancellationToken) =>
        ExecuteAsync(administration, SqlText.Load("DropDatabase").Replace("{database}", Quote(database), StringComparison.Ordinal), cancellationToken);

    /// <summary>Turns a database into a template: new connections are refused and existing ones ended.</summary>
    internal static async Task SealAsync(string administration, string database, CancellationToken cancellationToken)
    {
        var close = SqlText.Load("CloseDatabase").Replace("{database}", Quote(database), StringComparison.Ordinal);
        await ExecuteAsync(administration, close, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(administration, SqlText.Load("EndSessions"), cancellationToken, database).ConfigureAwait(false);
    }

    /// <summary>Marks a test run as alive until the connection is disposed.</summary>
    internal static async Task<NpgsqlConnection> ClaimTestRunAsync(string administration, string prefix, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenAsync(administration, cancellationToken).ConfigureAwait(false);
        try
        {
            var command = new NpgsqlCommand(SqlText.Load("ClaimTestRun"), connection) { Parameters = { new NpgsqlParameter { Value = prefix } } };
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Drops the databases of test runs that do not live any more.</summary>
    internal static async Task DropAbandonedAsync(string administration, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenAsync(administration, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var names = new List<string>();
        var command = new NpgsqlCommand(SqlText.Load("ListAbandonedDatabases"), connection);
        await using var __ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                names.Add(reader.GetString(0));
            }
        }

        foreach (var name in names)
        {
            await DropAsync(administration, name, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ExecuteAsync(string administration, string sql, CancellationToken cancellationToken, params IReadOnlyList<string> parameters)
    {
        var connection = await Connections.OpenAsync(administration, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = new NpgsqlCommand(sql, connection);
        await using var __ = command.ConfigureAwait(false);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
