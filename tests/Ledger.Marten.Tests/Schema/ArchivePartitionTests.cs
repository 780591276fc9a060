using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Schema;

/// <summary>Why Ledger refuses Marten's <c>UseArchivedStreamPartitioning</c>: what its promises rest on is not there in partitioned tables.</summary>
public sealed class ArchivePartitionTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task ArchivedStreamsInPartitions_AnEventIdOccursTwice_AndNoForeignKeyCanNameAnEventOrAStream()
    {
        await using var store = _database.CreateStoreOfMartenAlone(options => options.Events.UseArchivedStreamPartitioning = true);
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        // The same id in two streams, and the same version of one stream twice: one is archived.
        await _database.ExecuteAsync("""
            insert into ledger.mt_streams (id, version, is_archived) values ('a', 1, true), ('a', 1, false), ('b', 1, false);
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, is_archived)
            select n, '00000000-0000-0000-0000-000000000001', 'a', 1, '{}', 'x', n = 1 from generate_series(1, 2) as n
            """);

        foreach (var reference in (string[])["id uuid references ledger.mt_events (id)", "stream varchar references ledger.mt_streams (id)"])
        {
            (await Should.ThrowAsync<PostgresException>(() => _database.ExecuteAsync($"create table guard ({reference})"))).SqlState.ShouldBe(PostgresErrorCodes.InvalidForeignKey);
        }
    }
}
