using Microsoft.Data.Sqlite;

namespace Ledger.Interop.Tests.LangGraph;

/// <summary>A copy of a database, which a test changes.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"ledger-langgraph-{Guid.NewGuid():N}.sqlite");

    private readonly List<RecordingSource> _sources = [];

    public CheckpointFile(byte[]? bytes = null)
    {
        if (bytes is not null)
        {
            File.WriteAllBytes(_path, bytes);
        }
    }

    public static CheckpointFile Of(string sample) => new(SampleFile.Bytes(sample));

    public SqliteConnection Connect(SqliteOpenMode mode = SqliteOpenMode.ReadOnly) =>
        new(new SqliteConnectionStringBuilder { DataSource = _path, Mode = mode, Pooling = false }.ConnectionString);

    public CheckpointFile Run(string sql, params (string Name, object Value)[] parameters)
    {
        using var connection = Connect(SqliteOpenMode.ReadWriteCreate);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
        return this;
    }

    public IReadOnlyList<string> Column(string sql)
    {
        using var connection = Connect();
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    public async Task<RecordingSource> OpenAsync(params string[] threads)
    {
        await using var connection = Connect();
        var source = await RecordingSource.OfLangGraphAsync(connection, "a database", threads);
        _sources.Add(source);
        return source;
    }

    public async Task<ForeignRecording> ReadAsync(params string[] threads) => Recordings.Read(await OpenAsync(threads), "r");

    public void Dispose()
    {
        _sources.ForEach(source => source.Dispose());
        File.Delete(_path);
    }
}
