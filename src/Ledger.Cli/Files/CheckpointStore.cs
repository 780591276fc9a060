using System.Data.Common;
using Ledger.Cli.Connections;
using Ledger.Explorer.Failures;
using Ledger.Interop;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Ledger.Cli.Files;

/// <summary>Databases with checkpoints of LangGraph: files of SQLite, and addresses of PostgreSQL.</summary>
internal static class CheckpointStore
{
    private const string Default = "langgraph";

    /// <summary>Whether a value is the address of a database, not of a file.</summary>
    public static bool IsAddress(string path) => PostgresUrl.IsOne(path);

    /// <summary>Whether a file is a database of SQLite.</summary>
    public static bool IsSqlite(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        Span<byte> begin = stackalloc byte[16];
        return file.CanSeek && file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) == begin.Length && begin.SequenceEqual("SQLite format 3\0"u8);
    }

    /// <summary>The value as it can be shown: without the name and the password.</summary>
    public static string ShownOf(string path)
    {
        if (!IsAddress(path))
        {
            return path;
        }

        var address = AddressOf(path);
        return $"postgres://{address.Host}/{address.Database}";
    }

    /// <summary>The id of runs that have none: the name of the file or database.</summary>
    public static string NameOf(string path) => !IsAddress(path) ? RecordingFile.NameOf(path) : AddressOf(path).Database is { Length: > 0 } name ? name : Default;

    /// <summary>Copies the checkpoints.</summary>
    /// <exception cref="RefusalException">They cannot be read.</exception>
    public static async Task<RecordingSource> ReadAsync(string path, IReadOnlyCollection<string> threads, CancellationToken cancellationToken)
    {
        try
        {
            await using DbConnection connection = IsAddress(path)
                ? new NpgsqlConnection(AddressOf(path).ConnectionString)
                : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
            return await RecordingSource.OfLangGraphAsync(connection, ShownOf(path), threads, cancellationToken);
        }
        catch (CheckpointException fault)
        {
            throw new RefusalException($"In '{ShownOf(path)}': {fault.Message}", FailureCodes.InvalidInput);
        }
        catch (DbException fault)
        {
            throw new RefusalException($"'{ShownOf(path)}' cannot be read: {fault.Message.TrimEnd('.')}. Nothing was written.", FailureCodes.File);
        }
    }

    private static NpgsqlConnectionStringBuilder AddressOf(string text)
    {
        var parts = PostgresUrl.Parse("The address of the database", text);
        parts.Host ??= "localhost";
        parts.Pooling = false;
        parts.ApplicationName ??= "ledger";
        return parts;
    }
}
