using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ledger.Interop.LangGraph;

/// <summary>Reads the tables of LangGraph's checkpointers for PostgreSQL and SQLite, of Python and JavaScript.</summary>
internal sealed class CheckpointDatabase
{
    private const string Thread = "thread";
    private const string Postgres = "Postgres";
    private const string Sqlite = "Sqlite";

    private static readonly string[] Columns = ["thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "checkpoint", "metadata"];

    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly string _dialect;

    private CheckpointDatabase(DbConnection connection, DbTransaction transaction, string dialect)
    {
        _connection = connection;
        _transaction = transaction;
        _dialect = dialect;
    }

    /// <summary>Whether values are apart from the checkpoints, by their version.</summary>
    public bool HasBlobs => _dialect == Postgres;

    /// <summary>Makes the transaction read-only, before its first query; the file of SQLite is opened so.</summary>
    public static async Task ProtectAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (!IsSqlite(connection))
        {
            var command = CommandOn(connection, transaction, "LangGraphPostgresReadOnly");
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the tables by their columns.</summary>
    /// <exception cref="CheckpointException">They are not LangGraph's, or too old.</exception>
    public static async Task<CheckpointDatabase> OpenAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            var database = new CheckpointDatabase(connection, transaction, Sqlite);
            if (IsSqlite(connection) && (await database.ReadAsync("LangGraphSqliteTables", null, null, reader => TextOf(reader, 0), cancellationToken).ConfigureAwait(false)).Count == 0)
            {
                throw NoTable(null);
            }

            var command = CommandOn(connection, transaction, "LangGraphColumns");
            await using var _ = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var types = Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetDataTypeName, StringComparer.OrdinalIgnoreCase);
            return Columns.FirstOrDefault(column => !types.ContainsKey(column)) is { } missing
                ? throw new CheckpointException(
                    $"The table 'checkpoints' has no column '{missing}', so it is not one of LangGraph, or is of a version without a history. Nothing was read.")
                : new CheckpointDatabase(connection, transaction, types["checkpoint"].Equals("jsonb", StringComparison.OrdinalIgnoreCase) ? Postgres : Sqlite);
        }
        catch (DbException fault) when (fault.SqlState == "42P01")
        {
            throw NoTable(fault);
        }
    }

    /// <summary>Whether a connection is to SQLite, by whichever package.</summary>
    public static bool IsSqlite(DbConnection connection) => connection.GetType().Name.Equals("SqliteConnection", StringComparison.OrdinalIgnoreCase);

    /// <summary>The ids of the threads.</summary>
    public async Task<IReadOnlyList<string>> ReadThreadsAsync(CancellationToken cancellationToken) =>
        await ReadAsync("LangGraphThreads", null, null, reader => TextOf(reader, 0), cancellationToken).ConfigureAwait(false);

    /// <summary>The checkpoints of a thread, in the order in which they were made.</summary>
    public async Task<IReadOnlyList<CheckpointKey>> ReadKeysAsync(string thread, CancellationToken cancellationToken) =>
        await ReadAsync("LangGraphKeys", thread, null, reader => new CheckpointKey(TextOf(reader, 0), TextOf(reader, 1)), cancellationToken).ConfigureAwait(false);

    /// <summary>Some checkpoints of a thread.</summary>
    public async Task<IReadOnlyList<CheckpointRow>> ReadCheckpointsAsync(string thread, IEnumerable<CheckpointKey> keys, CancellationToken cancellationToken) =>
        await ReadAsync(
            $"LangGraph{_dialect}Checkpoints",
            thread,
            ListOf(keys),
            reader => new CheckpointRow(
                new CheckpointKey(TextOf(reader, 0), TextOf(reader, 1)),
                reader.IsDBNull(2) ? null : TextOf(reader, 2),
                new CheckpointValue(reader.IsDBNull(3) ? "json" : TextOf(reader, 3), BytesOf(reader, 4)),
                new CheckpointValue("json", reader.IsDBNull(5) ? "{}"u8.ToArray() : BytesOf(reader, 5))),
            cancellationToken).ConfigureAwait(false);

    /// <summary>The writes to some checkpoints of a thread.</summary>
    public async Task<IReadOnlyList<CheckpointWrite>> ReadWritesAsync(string thread, IEnumerable<CheckpointKey> keys, CancellationToken cancellationToken) =>
        await ReadAsync(
            $"LangGraph{_dialect}Writes",
            thread,
            ListOf(keys),
            reader => new CheckpointWrite(
                new CheckpointKey(TextOf(reader, 0), TextOf(reader, 1)),
                TextOf(reader, 2),
                long.TryParse(TextOf(reader, 3), CultureInfo.InvariantCulture, out var index) ? index : 0,
                TextOf(reader, 4),
                new CheckpointValue(reader.IsDBNull(5) ? "json" : TextOf(reader, 5), BytesOf(reader, 6))),
            cancellationToken).ConfigureAwait(false);

    /// <summary>The values of channels in some versions.</summary>
    public async Task<IReadOnlyList<CheckpointBlob>> ReadBlobsAsync(
        string thread, IEnumerable<(string Namespace, string Channel, string Version)> wanted, CancellationToken cancellationToken) =>
        await ReadAsync(
            "LangGraphPostgresBlobs",
            thread,
            ListOf(wanted.Select(w => new[] { w.Namespace, w.Channel, w.Version })),
            reader => new CheckpointBlob(TextOf(reader, 0), TextOf(reader, 1), TextOf(reader, 2), new CheckpointValue(TextOf(reader, 3), BytesOf(reader, 4))),
            cancellationToken).ConfigureAwait(false);

    private static CheckpointException NoTable(DbException? fault) =>
        new("The database has no table 'checkpoints', which LangGraph's checkpointers make. Nothing was read.", innerException: fault);

    private async Task<List<T>> ReadAsync<T>(string query, string? thread, string? keys, Func<DbDataReader, T> make, CancellationToken cancellationToken)
    {
        var command = CommandOn(_connection, _transaction, query);
        await using var _ = command.ConfigureAwait(false);
        Add(command, Thread, thread);
        Add(command, "keys", keys);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(make(reader));
        }

        return rows;
    }

    // A thread may be large; the caller's token ends a wait that is too long.
    private static DbCommand CommandOn(DbConnection connection, DbTransaction transaction, string query)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, CheckpointSql.Load(query), 0);
        return command;
    }

    private static void Add(DbCommand command, string name, string? value)
    {
        if (value is not null)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    private static string ListOf(IEnumerable<CheckpointKey> keys) => ListOf(keys.Select(key => new[] { key.Namespace, key.Id }));

    private static string ListOf(IEnumerable<string[]> keys)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var key in keys)
            {
                writer.WriteStartArray();
                foreach (var part in key)
                {
                    writer.WriteStringValue(part);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    // SQLite has values of any type in any column.
    private static string TextOf(DbDataReader reader, int column) => reader.GetValue(column) switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        DBNull => "",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };

    private static byte[] BytesOf(DbDataReader reader, int column) =>
        reader.GetValue(column) is byte[] bytes ? bytes : Encoding.UTF8.GetBytes(TextOf(reader, column));
}
