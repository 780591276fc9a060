using System.Data.Common;
using Ledger.Interop;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Ledger.Cli.Files;

/// <summary>Databases with checkpoints of LangGraph: files of SQLite, and addresses of PostgreSQL.</summary>
internal static class CheckpointStore
{
    private const string Default = "langgraph";

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    /// <summary>Whether a value is the address of a database, not of a file.</summary>
    public static bool IsAddress(string path) => Array.Exists(Schemes, scheme => path.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

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
            throw new RefusalException($"In '{ShownOf(path)}': {fault.Message}");
        }
        catch (DbException fault)
        {
            throw new RefusalException($"'{ShownOf(path)}' cannot be read: {fault.Message.TrimEnd('.')}. Nothing was written.");
        }
    }

    /// <summary>Reads an address such as <c>postgres://user@host:5432/database?sslmode=require</c>.</summary>
    private static NpgsqlConnectionStringBuilder AddressOf(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw Unreadable();
        }

        try
        {
            var user = uri.UserInfo.Split(':', 2);
            var builder = new NpgsqlConnectionStringBuilder
            {
                Host = uri.Host.Length > 0 ? uri.Host : "localhost",
                Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
                Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
                Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
                Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
                Pooling = false,
                ApplicationName = "ledger",
            };
            foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)))
            {
                var name = Uri.UnescapeDataString(part[0]);
                builder[NameIn(name) ?? throw new UsageException($"'{name}' is not a parameter of an address that can be used here.")] =
                    part.Length > 1 ? Uri.UnescapeDataString(part[1]) : "";
            }

            return builder;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw Unreadable();
        }
    }

    // As in libpq, whose addresses these are.
    private static string? NameIn(string parameter) => parameter switch
    {
        "host" => "Host",
        "port" => "Port",
        "user" => "Username",
        "password" => "Password",
        "dbname" => "Database",
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "options" => "Options",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        _ => null,
    };

    // The text may hold a password, so it is not repeated.
    private static UsageException Unreadable() => new("The address of the database cannot be read. Write it as postgres://USER@HOST:PORT/DATABASE.");
}
