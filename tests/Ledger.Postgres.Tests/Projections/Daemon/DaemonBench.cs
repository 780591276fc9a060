using Ledger.Conformance.Projections;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Schema;
using Ledger.Projections;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>A database of a test's own with every kind of projection running asynchronously.</summary>
internal sealed class DaemonBench : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<ProjectionDaemon> _nodes = [];

    public static RowProjection Kits { get; } = new(
        "kits",
        """
        insert into kits as k (stream, kits, trail)
        select stream_id, count(*), string_agg(data ->> 'kit', ',' order by seq_id) from {pending} where type = 'kit.loaded' group by stream_id
        on conflict (stream) do update set kits = k.kits + excluded.kits, trail = k.trail || ',' || excluded.trail
        """)
    {
        Reset = "delete from kits",
    };

    public static IReadOnlyList<Projection> AllKinds { get; } = [.. ProjectionSamples.All, Kits];

    public LedgerDatabase Database { get; } = new();

    public PostgresOptions Options { get; private set; } = new();

    public PostgresEventStore Store { get; private set; } = null!;

    public static async Task<DaemonBench> CreateAsync(IReadOnlyList<Projection>? projections = null, string further = "")
    {
        var bench = new DaemonBench { Options = new PostgresOptions { AsyncProjections = projections ?? AllKinds } };
        await bench.Database.InitializeAsync();
        await bench.Database.ExecuteAsync($"create table kits (stream text primary key, kits bigint, trail text); {further}");
        await new LedgerMigrator(bench.Database.DataSource, bench.Options).ApplyAsync();
        bench.Store = new PostgresEventStore(bench.Database.DataSource, bench.Options);
        return bench;
    }

    public async Task<ProjectionDaemon> StartAsync(DaemonOptions? options = null, PostgresOptions? postgres = null)
    {
        var node = new ProjectionDaemon(Database.DataSource, postgres ?? Options, (options ?? new DaemonOptions()) with { SearchIndex = false });
        _nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    public Task CaughtUpAsync(Projection? projection = null) => Store.WaitForNonStaleAsync(Patience, projection);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>What every kind keeps, as text that inline projections of the same events give too.</summary>
    public Task<string> ContentAsync() => Database.ScalarAsync<string>("""
        select concat_ws(
            E'\n',
            (select string_agg(concat(id, data, mt_dotnet_type, mt_version), E'\n' order by id) from ledger.mt_doc_tally),
            (select string_agg(concat(id, data, mt_dotnet_type), E'\n' order by id) from ledger.mt_doc_tool_use),
            (select string_agg(concat(stream, kits, trail), E'\n' order by stream) from kits),
            (select string_agg(concat(h.projection, h.stream, h.version), E'\n' order by h.projection, h.stream)
                from ledger.projection_head as h))
        """);
}
