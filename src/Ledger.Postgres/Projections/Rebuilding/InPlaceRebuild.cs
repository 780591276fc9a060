using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Worlds.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Rebuilds Ledger's own rows in place, by pages of streams.</summary>
internal sealed class InPlaceRebuild(
    NpgsqlDataSource dataSource,
    PostgresOptions options,
    InlineProjection projection,
    StreamRebuild rebuild,
    int parallelism,
    IProgress<RebuildProgress>? progress)
{
    private const int PageStreams = 1_000;
    private const string LongestWait = "5s";

    // Followed by the name of the last finished branch; it occurs in no stream name.
    private const char BranchMark = '\u0001';

    private readonly WorldRebuild? _worlds = rebuild.IsOfWorlds ? new WorldRebuild(options) : null;
    private bool? _mayFold;
    private long _done;
    private long _total;

    private bool HasBranches => projection.StreamPrefix.Length == 0;

    /// <summary>Rebuilds the rows of all streams.</summary>
    public async Task RunAsync(RebuildMode mode, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(dataSource, options, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await RebuildLock.TakeAsync(connection, projection.Key, options, cancellationToken).ConfigureAwait(false);
        try
        {
            await (rebuild.Clear is null ? RunApartAsync(connection, mode, cancellationToken) : RunAsOneAsync(connection, cancellationToken))
                .ConfigureAwait(false);
        }
        finally
        {
            DaemonMetrics.Note(projection.Key, null);
            await RebuildLock.GiveAsync(connection, projection.Key, options).ConfigureAwait(false);
        }
    }

    /// <summary>Rebuilds some streams in their order, by pages, each in a separate transaction.</summary>
    public async Task RunAsync(IReadOnlyList<string> streams, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        for (var done = 0; done < streams.Count;)
        {
            var rest = Command(connection, "rebuild_versions").With(streams.Skip(done).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            var page = await ReadPageAsync(rest, cancellationToken).ConfigureAwait(false);
            await RewriteAsync(connection, page, null, cancellationToken).ConfigureAwait(false);
            done += page.Length;
        }
    }

    private async Task RunApartAsync(NpgsqlConnection connection, RebuildMode mode, CancellationToken cancellationToken)
    {
        var state = mode == RebuildMode.Resume
            ? await RebuildState.LoadAsync(connection, projection.Key, options, cancellationToken).ConfigureAwait(false)
            : null;
        var store = new PostgresEventStore(dataSource, options);
        await using var _ = store.ConfigureAwait(false);
        Func<CancellationToken, Task>? end = null;
        if (state is null)
        {
            end = rebuild.Begin is { } begin ? await begin(store, cancellationToken).ConfigureAwait(false) : null;
            await RebuildState.EndAsync(connection, projection.Key, options, cancellationToken).ConfigureAwait(false);
            var total = await CountAsync(connection, cancellationToken).ConfigureAwait(false);
            state = new RebuildState(0, total, [.. Enumerable.Range(0, parallelism).Select(n => new RebuildPart(n, "", 0, false))]);
            await state.SaveAsync(connection, projection.Key, options, cancellationToken).ConfigureAwait(false);
        }

        (_done, _total) = (state.Parts.Sum(p => p.Events), state.Total);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var parts = state.Parts;
        if (!parts[0].Reached.StartsWith(BranchMark))
        {
            parts = await Task.WhenAll(parts.Select(part => Task.Run(() => RunPartAsync(part), CancellationToken.None))).ConfigureAwait(false);
        }

        if (HasBranches)
        {
            // A branch reads its shared prefix from the rows of its ancestors, so they come first.
            await RunBranchesAsync(connection, parts[0], cancellationToken).ConfigureAwait(false);
        }

        await (end?.Invoke(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        await RebuildState.EndAsync(connection, projection.Key, options, cancellationToken).ConfigureAwait(false);

        async Task<RebuildPart> RunPartAsync(RebuildPart part)
        {
            try
            {
                var own = await Connections.OpenAsync(dataSource, failed.Token).ConfigureAwait(false);
                await using var _ = own.ConfigureAwait(false);
                while (await ListAsync(own, part.Reached, part.Number, state.Parts.Count, failed.Token).ConfigureAwait(false) is { Length: > 0 } page)
                {
                    part = part with { Reached = page[^1] };
                    part = await RewriteAsync(own, page, part, failed.Token).ConfigureAwait(false) ?? part;
                }

                return part;
            }
            catch
            {
                await failed.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task RunBranchesAsync(NpgsqlConnection connection, RebuildPart part, CancellationToken cancellationToken)
    {
        var reached = part.Reached.StartsWith(BranchMark) ? part.Reached[1..] : "";
        while (await ListBranchesAsync(connection, reached, cancellationToken).ConfigureAwait(false) is { Length: > 0 } page)
        {
            reached = page[^1];
            part = part with { Reached = BranchMark + reached };
            part = await RewriteAsync(connection, page, part, cancellationToken).ConfigureAwait(false) ?? part;
        }
    }

    private async Task RunAsOneAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _total = await CountAsync(connection, cancellationToken).ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await ExecuteAsync(connection, "lock_projection", c => c.WithText(projection.Key).WithText(LongestWait), cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, rebuild.Clear!, _ => { }, cancellationToken).ConfigureAwait(false);
        for (var reached = ""; await ListAsync(connection, reached, 0, 1, cancellationToken).ConfigureAwait(false) is { Length: > 0 } page;)
        {
            Report(await RewriteAsync(connection, page, cancellationToken).ConfigureAwait(false));
            reached = page[^1];
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Report(long events)
    {
        var reached = new RebuildProgress(Interlocked.Add(ref _done, events), _total);
        DaemonMetrics.Note(projection.Key, reached);
        progress?.Report(reached);
    }

    private async Task<RebuildPart?> RewriteAsync(
        NpgsqlConnection connection, string[] streams, RebuildPart? part, CancellationToken cancellationToken)
    {
        var events = rebuild.Code is { } code ? await RunAsync(code, streams, cancellationToken).ConfigureAwait(false) : 0;
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        if (rebuild.Code is null)
        {
            events = await LockAndRewriteAsync(connection, streams, cancellationToken).ConfigureAwait(false);
        }

        if (part is not null)
        {
            part = part with { Events = part.Events + events };
            var save = new NpgsqlBatch(connection, transaction) { BatchCommands = { part.CreateSave(projection.Key, options) } };
            await using var __ = save.ConfigureAwait(false);
            await save.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        Report(events);
        return part;
    }

    private async Task<long> RunAsync(
        Func<IEventStore, IReadOnlyList<StreamName>, CancellationToken, Task<long>> code, string[] streams, CancellationToken cancellationToken)
    {
        var store = new PostgresEventStore(dataSource, options);
        await using var _ = store.ConfigureAwait(false);
        return await code(store, [.. streams.Select(stream => new StreamName(stream))], cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> LockAndRewriteAsync(NpgsqlConnection connection, string[] streams, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            "rebuild_lock_streams",
            c => c.WithText(projection.Key).With(streams, NpgsqlDbType.Array | NpgsqlDbType.Text),
            cancellationToken).ConfigureAwait(false);
        return await RewriteAsync(connection, streams, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> RewriteAsync(NpgsqlConnection connection, string[] streams, CancellationToken cancellationToken)
    {
        if (_worlds is not null && (_mayFold ??= await _worlds.MayAsync(connection, cancellationToken).ConfigureAwait(false)))
        {
            return await _worlds.RewriteAsync(connection, streams, cancellationToken).ConfigureAwait(false);
        }

        var command = Command(connection, rebuild.Rewrite!).With(streams, NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var _ = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>The next streams that have the events of a page, or one that has more.</summary>
    private async Task<string[]> ListAsync(NpgsqlConnection connection, string reached, int part, int parts, CancellationToken cancellationToken)
    {
        var command = Command(connection, "rebuild_streams")
            .WithText(reached)
            .WithText(projection.StreamPrefix)
            .With(part, NpgsqlDbType.Integer)
            .With(parts, NpgsqlDbType.Integer)
            .With(!HasBranches, NpgsqlDbType.Boolean)
            .With(PageStreams, NpgsqlDbType.Integer);
        return await ReadPageAsync(command, cancellationToken).ConfigureAwait(false);
    }

    private Task<string[]> ListBranchesAsync(NpgsqlConnection connection, string reached, CancellationToken cancellationToken) =>
        ReadPageAsync(Command(connection, "rebuild_branches").WithText(reached).With(PageStreams, NpgsqlDbType.Integer), cancellationToken);

    private static async Task<string[]> ReadPageAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (streams, events) = (new List<string>(), 0L);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            events += reader.GetInt64(1);
            if (streams.Count > 0 && events > RebuildWork.PageRows)
            {
                break;
            }

            streams.Add(reader.GetString(0));
        }

        return [.. streams];
    }

    private async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, "count_rebuild").WithText(projection.StreamPrefix);
        await using var _ = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, Action<NpgsqlCommand> add, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql);
        await using var _ = command.ConfigureAwait(false);
        add(command);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
}
