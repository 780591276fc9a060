using Ledger.Marten.Streams;
using Ledger.Postgres;
using Marten;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>A log whose events are tagged by rule, for the tests of one class, and both engines on it.</summary>
public sealed class TaggedLog : IAsyncLifetime
{
    private const string Tags = """
        select t.line
        from (
            select k.kind || ' ' || k.value || ' @' || e.stream_id || ':' || e.version as line
            from (
                select 'actor' as kind, value, seq_id from ledger.mt_event_tag_ledger_actor
                union all select 'model', value, seq_id from ledger.mt_event_tag_ledger_model
                union all select 'tool', value, seq_id from ledger.mt_event_tag_ledger_tool
                union all select 'task', value, seq_id from ledger.mt_event_tag_ledger_task) as k
            join ledger.mt_events as e using (seq_id)
            where strpos(e.stream_id, $1) > 0) as t
        order by t.line collate "C"
        """;

    public MartenDatabase Database { get; } = new();

    public DocumentStore Documents { get; private set; } = null!;

    public MartenEventStore Marten { get; private set; } = null!;

    public PostgresEventStore Native { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        Documents = Database.CreateDocumentStore(configure: options => options.TagLedgerEvents());
        await Documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        (Marten, Native) = (new(Documents), new(Database.DataSource));
    }

    public async Task DisposeAsync()
    {
        await Native.DisposeAsync();
        await Marten.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>The tags of the events of streams whose names contain a text: kind, value, stream, version.</summary>
    public static async Task<List<string>> TagsAsync(MartenDatabase database, string streams)
    {
        await using var command = database.DataSource.CreateCommand(Tags);
        command.Parameters.AddWithValue(streams);
        await using var reader = await command.ExecuteReaderAsync();
        var tags = new List<string>();
        while (await reader.ReadAsync())
        {
            tags.Add(reader.GetString(0));
        }

        return tags;
    }

    /// <summary>The same on this log.</summary>
    public Task<List<string>> TagsAsync(string streams) => TagsAsync(Database, streams);
}
