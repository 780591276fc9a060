using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Inline;

/// <summary>A rebuild in place makes what the appends had made.</summary>
public sealed class RebuildTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>, IAsyncLifetime
{
    private static readonly RowProjection Rows = new(
        "kits",
        """
        insert into kits as k (stream, kits, trail)
        select stream_id, count(*), string_agg(data ->> 'kit', ',' order by seq_id) from {pending} where type = 'kit.loaded' group by stream_id
        on conflict (stream) do update set kits = k.kits + excluded.kits, trail = k.trail || ',' || excluded.trail
        """)
    {
        Reset = "delete from kits",
    };

    private PostgresEventStore _store = null!;

    public async Task InitializeAsync()
    {
        await database.ExecuteAsync("create table if not exists kits (stream text primary key, kits bigint, trail text)");
        _store = await database.CreateProjectingStoreAsync([.. ProjectionSamples.All, Rows]);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Rebuild_EveryKind_GivesWhatTheAppendsGave()
    {
        await FillAsync();
        var before = await ContentAsync();

        await _store.RebuildAsync(ProjectionSamples.Tallies);
        await _store.RebuildAsync(ProjectionSamples.ToolUses);
        await _store.RebuildAsync(Rows);

        (await ContentAsync()).ShouldBe(before);
        before.ShouldContain("Count");
    }

    [Fact]
    public async Task Rebuild_WhileOthersAppend_EndsAtTheFold()
    {
        var streams = await FillAsync();
        using var stop = new CancellationTokenSource();
        async Task WriteAsync(IEventStore store, int writer)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await store.AppendAsync(streams[(writer + i) % streams.Count], ExpectedVersion.Any, [new KitLoaded($"{writer}.{i}")]);
            }
        }

        var writers = Enumerable.Range(0, 6).Select(n => Task.Run(() => WriteAsync(n % 2 == 0 ? _store : database.Store, n))).ToList();
        for (var i = 0; i < 3; i++)
        {
            await _store.RebuildAsync(ProjectionSamples.Tallies);
            await _store.RebuildAsync(Rows);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        foreach (var stream in streams)
        {
            await _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("last")]);
            (await _store.LoadAsync(ProjectionSamples.Tallies, stream)).State
                .ShouldBe(await database.Store.AggregateAsync(ProjectionSamples.Tally, stream));
            var labels = await database.Store.ReadForwardAsync(stream).Select(e => e.Data).OfType<KitLoaded>().Select(k => k.Kit).ToListAsync();
            (await database.ScalarAsync<string>($"select kits || ' ' || trail from kits where stream = '{stream}'"))
                .ShouldBe($"{labels.Count} {string.Join(',', labels)}");
        }
    }

    [Fact]
    public async Task Rebuild_OneStream_LeavesTheOthers()
    {
        var streams = await FillAsync();
        await database.ExecuteAsync("update ledger.mt_doc_tally set data = '{\"Count\": 7, \"Digest\": 7}'");

        await _store.RebuildAsync(ProjectionSamples.Tallies, streams[0]);

        (await _store.LoadAsync(ProjectionSamples.Tallies, streams[0])).State
            .ShouldBe(await _store.AggregateAsync(ProjectionSamples.Tally, streams[0]));
        (await _store.LoadAsync(ProjectionSamples.Tallies, streams[1])).State.ShouldBe(new Tally(7, 7));
        await _store.RebuildAsync(ProjectionSamples.Tallies);
        (await _store.LoadAsync(ProjectionSamples.Tallies, streams[1])).State
            .ShouldBe(await _store.AggregateAsync(ProjectionSamples.Tally, streams[1]));
    }

    [Fact]
    public async Task Rebuild_EventCannotBeApplied_LeavesWhatWasThere()
    {
        await FillAsync();
        var before = await ContentAsync();
        var broken = new Snapshot<Tally>(
            new Aggregate<Tally>("tally", Tally.Empty, (_, _) => throw new InvalidOperationException("Broken.")),
            "tally",
            ProjectionSamplesContext.Default.Tally);

        await Should.ThrowAsync<ProjectionFailedException>(() => _store.RebuildAsync(broken));

        (await ContentAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Rebuild_RowsWithoutReset_IsRefused()
    {
        var rows = new RowProjection("other", "insert into kits (stream) select stream_id from {pending}");

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => _store.RebuildAsync(rows));

        refused.Message.ShouldBe("Projection 'other' does not state how its rows are removed. Set its Reset, then rebuild it.");
    }

    private async Task<List<StreamName>> FillAsync()
    {
        var streams = Enumerable.Range(0, 6).Select(_ => StreamName.Run(Guid.NewGuid().ToString("N"))).ToList();
        await Task.WhenAll(streams.Select(async (stream, i) =>
        {
            for (var n = 0; n < 10; n++)
            {
                await _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded($"{n}"), new ToolCalled($"{stream.Id}-{n % 3}"), new ToolCalled("all")]);
            }

            await _store.AppendAsync(stream, ExpectedVersion.Any, [new ToolReturned($"{stream.Id}-{i % 3}")]);
        }));
        return streams;
    }

    private Task<string> ContentAsync() => database.ScalarAsync<string>("""
        select concat_ws(
            E'\n',
            (select string_agg(concat(id, data, mt_dotnet_type, mt_version), E'\n' order by id) from ledger.mt_doc_tally),
            (select string_agg(concat(id, data, mt_dotnet_type), E'\n' order by id) from ledger.mt_doc_tool_use),
            (select string_agg(concat(stream, kits, trail), E'\n' order by stream) from kits),
            (select string_agg(concat(h.projection, h.stream, h.version), E'\n' order by h.projection, h.stream)
                from ledger.projection_head as h
                join ledger.mt_streams as s on s.id = h.stream))
        """);
}
