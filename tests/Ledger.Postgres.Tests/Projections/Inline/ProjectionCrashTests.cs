using Ledger.Conformance;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Inline;

/// <summary>What inline projections keep is the fold of what the log has, also after a crash of the server.</summary>
public sealed class ProjectionCrashTests
{
    private static readonly int Appends = Scale.Of(2_000, 50_000);

    [Fact]
    public async Task Append_ServerKilledAndStartedAgain_RowsAndDocumentsAreTheFold()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        await database.ExecuteAsync("create table kits (stream text primary key, kits bigint)");
        var rows = new RowProjection("kits", """
            insert into kits as k (stream, kits) select stream_id, count(*) from {pending} group by stream_id
            on conflict (stream) do update set kits = k.kits + excluded.kits
            """);
        await using var store = await database.CreateProjectingStoreAsync([ProjectionSamples.Tallies, ProjectionSamples.ToolUses, rows]);
        const int writers = 64;
        var streams = Enumerable.Range(0, 20).Select(n => StreamName.Run($"writer-{n}")).ToArray();
        var done = 0;
        var third = new TaskCompletionSource();

        async Task WriteAsync(int writer)
        {
            for (var i = writer; i < Appends; i += writers)
            {
                await store.AppendAsync(streams[i % streams.Length], ExpectedVersion.Any, [new KitLoaded($"{i}"), new ToolCalled("tool")]);
                if (Interlocked.Increment(ref done) == Appends / 3)
                {
                    third.SetResult();
                }
            }
        }

        var all = Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(() => WriteAsync(w))));
        await third.Task;
        await server.KillServerAsync();
        await server.RestartAsync();
        await all;
        database.DataSource.Clear();

        foreach (var stream in streams)
        {
            var version = (await store.GetStreamAsync(stream))!.Version.Value;
            (await database.ScalarAsync<long>($"select mt_version from ledger.mt_doc_tally where id = '{stream}'")).ShouldBe(version);
            (await database.ScalarAsync<long>($"select kits from kits where stream = '{stream}'")).ShouldBe(version);
            (await store.LoadAsync(ProjectionSamples.Tallies, stream)).State.ShouldBe(await store.AggregateAsync(ProjectionSamples.Tally, stream));
        }

        (await store.LoadAsync(ProjectionSamples.ToolUses, "tool"))!.Calls.ShouldBe(Appends);
        (await database.ScalarAsync<long>("select count(*) from ledger.mt_events")).ShouldBe(2 * Appends);
    }
}
