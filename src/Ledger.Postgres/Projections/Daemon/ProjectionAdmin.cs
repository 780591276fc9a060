using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Searching;
using Ledger.Postgres.Tenants;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Lists, pauses, resumes and rebuilds asynchronous projections, for programs that administer a log.</summary>
/// <remarks>Safe for concurrent use. Projections are named with their version from the second on: <c>usage</c>, <c>usage:V2</c>.</remarks>
public sealed class ProjectionAdmin
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresOptions _options;
    private readonly TimeProvider? _timeProvider;

    /// <summary>Works on a data source.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are, and the projections that are declared here; null for the defaults.</param>
    /// <param name="timeProvider">The clock of waits; null for the system's.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    public ProjectionAdmin(NpgsqlDataSource dataSource, PostgresOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = PostgresDataSources.ForWriting(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        TenancyGuard.Note(_dataSource, _options.Schemas);
        _timeProvider = timeProvider;
    }

    /// <summary>What can be rebuilt here by its name: Ledger's own projections, such as <c>ledger:world</c>, and those of the options.</summary>
    public IReadOnlyList<string> Rebuildable =>
        [.. LedgerProjections.Rebuildable(_options.Schemas).Select(p => p.Key), .. Declared.Select(p => p.Key)];

    /// <summary>Projections that can be rebuilt here for a single stream: Ledger's own that follow it, and snapshots.</summary>
    public IReadOnlyList<string> FindRebuildable(StreamName stream)
    {
        AppendRules.Check(stream, nameof(stream));
        return
        [
            .. LedgerProjections.Rebuildable(_options.Schemas).Where(p => p.Keeps(stream)).Select(p => p.Key),
            .. Declared.Where(p => p is ISnapshot && stream.Value.StartsWith(p.StreamPrefix, StringComparison.Ordinal)).Select(p => p.Key),
        ];
    }

    private IEnumerable<Projection> Declared => _options.Projections.Concat(_options.AsyncProjections);

    /// <summary>Lists every shard that has progress, and the projections of a Marten application, sorted by name.</summary>
    public async Task<IReadOnlyList<ShardStatus>> ListAsync(CancellationToken cancellationToken = default) => await Connections.UseAsync(
        _dataSource, _options, (connection, token) => new ShardStates(_options).ListAsync(connection, token), cancellationToken).ConfigureAwait(false);

    /// <summary>The same for a health check, which does not wait for a server.</summary>
    internal Task<IReadOnlyList<ShardStatus>> ListOnceAsync(CancellationToken cancellationToken) => Connections.UseAsync<IReadOnlyList<ShardStatus>>(
        _dataSource, async (connection, token) => await new ShardStates(_options).ListAsync(connection, token).ConfigureAwait(false), cancellationToken);

    /// <exception cref="LogNumbersException">The sequence is behind the events.</exception>
    internal async Task EnsureNumbersAsync(CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenAsync(_dataSource, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        (await LogNumbers.ReadAsync(connection, _options, cancellationToken).ConfigureAwait(false)).ThrowIfSequenceIsBehind();
    }

    /// <summary>Pauses a shard after its current batch, within a second, on any node.</summary>
    /// <exception cref="ProjectionNotFoundException">There is no such shard.</exception>
    /// <exception cref="RequestFailedException">It is a projection of Marten, and inline, or of an application that is not running.</exception>
    public Task PauseAsync(string projection, CancellationToken cancellationToken = default) =>
        ChangeAsync("pause_shard", projection, cancellationToken);

    /// <summary>Resumes a paused or failed shard.</summary>
    /// <exception cref="ProjectionNotFoundException">There is no such shard.</exception>
    /// <exception cref="RequestFailedException">It is a projection of Marten, and inline, or of an application that is not running.</exception>
    public Task ResumeAsync(string projection, CancellationToken cancellationToken = default) =>
        ChangeAsync("resume_shard", projection, cancellationToken);

    /// <summary>Rebuilds everything that a projection stores from the log.</summary>
    /// <remarks>
    /// A projection that neither the options nor Ledger declare is rebuilt by a running node that declares it; one of Marten by the running application, which finishes
    /// it although the caller stops waiting. One that the options declare is rebuilt as in
    /// <see cref="PostgresEventStore.RebuildAsync(Projection, RebuildOptions, IProgress{RebuildProgress}, CancellationToken)"/>. Ledger's own rows are rebuilt
    /// in place, stream by stream: readers see the old or the new rows of a stream. A record store whose events are gone is left unchanged: its rows are the
    /// only remaining data. The index of the search, <c>ledger:search</c>, is emptied and written again, or for the first time; searches then look at the events themselves.
    /// </remarks>
    /// <param name="projection">One of <see cref="Rebuildable"/>, or of a node that runs.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Receives the progress, from several threads, or null.</param>
    /// <param name="cancellationToken">Stops; a later call with <see cref="RebuildMode.Resume"/> continues.</param>
    /// <exception cref="RequestFailedException">No node declares it, or the rebuild failed on the node.</exception>
    /// <exception cref="RebuildInProgressException">Another process is already rebuilding it.</exception>
    public async Task RebuildAsync(
        string projection,
        RebuildOptions? options = null,
        IProgress<RebuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(projection);
        options ??= new RebuildOptions();
        if (IsSearch(projection))
        {
            await new SearchRebuild(_dataSource, _options, _timeProvider ?? TimeProvider.System, progress).RunAsync(options.Mode, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (FindOwn(projection) is { } own)
        {
            await InPlace(own, options, progress).RunAsync(options.Mode, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (Declared.FirstOrDefault(p => p.Key == projection) is not { } declared)
        {
            await CheckApplicationAsync(projection, cancellationToken).ConfigureAwait(false);
            await Request.RunAsync(
                projection, options.Mode == RebuildMode.Resume ? "resume" : "rebuild", null, progress, cancellationToken).ConfigureAwait(false);
            return;
        }

        var store = new PostgresEventStore(_dataSource, _options, _timeProvider);
        await using var _ = store.ConfigureAwait(false);
        await store.RebuildAsync(declared, options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Rebuilds what a projection stores of one stream.</summary>
    /// <param name="projection">One of <see cref="Rebuildable"/>, or of a node that runs, whose streams are independent: Ledger's own, or a snapshot.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Stops; nothing is changed.</param>
    /// <exception cref="RequestFailedException">No node declares it, the rebuild failed on the node, or it is a projection of Marten, which rebuilds all of it.</exception>
    /// <exception cref="ArgumentException">It stores nothing of the stream.</exception>
    /// <exception cref="InvalidOperationException">Its data depends on several streams.</exception>
    public async Task RebuildAsync(string projection, StreamName stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(projection);
        AppendRules.Check(stream, nameof(stream));
        if (FindOwn(projection) is { } own)
        {
            if (!own.Keeps(stream))
            {
                throw new ArgumentException(
                    $"'{own.Key}' keeps nothing of '{stream}': the names of its streams begin with '{string.Join("' or '", own.KeptPrefixes)}'. Nothing was rebuilt.");
            }

            await InPlace(own, new RebuildOptions(), null).RunAsync([stream.Value], cancellationToken).ConfigureAwait(false);
            return;
        }

        if (IsSearch(projection))
        {
            throw IsOfSeveral(projection);
        }

        if (Declared.FirstOrDefault(p => p.Key == projection) is not { } declared)
        {
            await CheckApplicationAsync(projection, cancellationToken).ConfigureAwait(false);
            await Request.RunAsync(projection, "rebuild_stream", stream.Value, null, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (declared is not ISnapshot)
        {
            throw IsOfSeveral(projection);
        }

        var store = new PostgresEventStore(_dataSource, _options, _timeProvider);
        await using var _ = store.ConfigureAwait(false);
        await store.RebuildStreamAsync(declared, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the events that shards could not apply, in the order of the log.</summary>
    /// <param name="projection">Which one's; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(string? projection = null, CancellationToken cancellationToken = default) =>
        Connections.UseAsync<IReadOnlyList<DeadLetter>>(
            _dataSource,
            _options,
            async (connection, token) =>
            {
                var command = Command(connection, "list_dead_letters");
                await using var _ = command.ConfigureAwait(false);
                command.WithText(projection is null ? null : ShardNames.Of(ShardNames.KeyOf(projection)));
                var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                await using var __ = reader.ConfigureAwait(false);
                var letters = new List<DeadLetter>();
                while (await reader.ReadAsync(token).ConfigureAwait(false))
                {
                    letters.Add(new DeadLetter(
                        reader.GetGuid(0),
                        ShardNames.KeyOf(reader.GetString(1)),
                        new SequenceNumber(reader.GetInt64(2)),
                        reader.IsDBNull(3) ? default : new StreamName(reader.GetString(3)),
                        reader.IsDBNull(4) ? null : reader.GetString(4),
                        reader.GetFieldValue<DateTimeOffset>(5),
                        reader.GetString(6),
                        reader.GetString(7)));
                }

                return letters;
            },
            cancellationToken);

    /// <summary>Lets a node apply the event of a dead letter again, and deletes the letter if that succeeds.</summary>
    /// <remarks>A snapshot is folded again, with all dead letters of its stream. Other kinds apply the event after later ones; if the order matters, rebuild
    /// instead.</remarks>
    /// <exception cref="RequestFailedException">It failed again, or no node runs the projection.</exception>
    public Task ReplayAsync(DeadLetter letter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return Request.RunAsync(letter.Projection, "replay", letter.Id.ToString(), null, cancellationToken);
    }

    /// <summary>Takes a dead letter out of the list for good: its event stays skipped.</summary>
    /// <remarks>Its row stays in the table <c>mt_doc_deadletterevent</c>, with the reason and the time.</remarks>
    /// <param name="letter">The dead letter.</param>
    /// <param name="reason">Why its event need not be applied, for people.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RequestFailedException">It is not in the list, because it was applied or dropped.</exception>
    public async Task DropAsync(DeadLetter letter, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(letter);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        var dropped = await Connections.UseAsync(
            _dataSource,
            _options,
            async (connection, token) =>
            {
                var command = Command(connection, "drop_dead_letter").With(letter.Id, NpgsqlDbType.Uuid).WithText(reason);
                await using var _ = command.ConfigureAwait(false);
                return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (dropped == 0)
        {
            throw new RequestFailedException(letter.Projection, $"The dead letter {letter.Id} of '{letter.Projection}' was applied or dropped already. Nothing was changed.");
        }
    }

    /// <summary>Refuses a projection of Marten if no application is running that would act on it.</summary>
    private async Task CheckApplicationAsync(string projection, CancellationToken cancellationToken)
    {
        var name = ShardNames.KeyOf(projection);
        if ((await ListAsync(cancellationToken).ConfigureAwait(false)).Any(s => s.Projection == name && s.IsMartens)
            && !await HasApplicationAsync(name, cancellationToken).ConfigureAwait(false))
        {
            throw new RequestFailedException(
                name,
                $"'{name}' is a projection of Marten, on which only its application acts. Nothing was changed. Rebuild it there: "
                + $"'dotnet run -- projections rebuild --projection {name}'; 'dotnet run -- projections' lists what else can be done.");
        }
    }

    private Task<bool> HasApplicationAsync(string name, CancellationToken cancellationToken) => Connections.UseAsync(
        _dataSource,
        _options,
        async (connection, token) =>
        {
            var command = Command(connection, "shard_candidates");
            await using var _ = command.ConfigureAwait(false);
            command.Parameters.WithTexts([ShardNames.OfApplication(name)]);
            var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            await reader.ReadAsync(token).ConfigureAwait(false);
            return reader.GetInt32(1) > 0;
        },
        cancellationToken);

    private ProjectionRequest Request => new(_dataSource, _options, _timeProvider ?? TimeProvider.System);

    private static InvalidOperationException IsOfSeveral(string projection) => new($"What '{projection}' keeps is of several streams together. Rebuild all of it.");

    // It is not among those that are rebuilt together, because a log need not have it.
    private bool IsSearch(string name) =>
        name == SearchRows.Key || (LedgerProjections.Prefix + name == SearchRows.Key && Declared.All(d => d.Key != name));

    private InlineProjection? FindOwn(string name) =>
        LedgerProjections.Rebuildable(_options.Schemas).FirstOrDefault(
            p => p.Key == name || (p.Key == LedgerProjections.Prefix + name && Declared.All(d => d.Key != name)));

    private InPlaceRebuild InPlace(InlineProjection own, RebuildOptions options, IProgress<RebuildProgress>? progress) =>
        new(_dataSource, _options, own, own.Rebuild!, options.Parallelism, progress);

    private async Task ChangeAsync(string sql, string projection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(projection);
        await CheckApplicationAsync(projection, cancellationToken).ConfigureAwait(false);
        var changed = await Connections.UseAsync(
            _dataSource,
            _options,
            async (connection, token) =>
            {
                var command = Command(connection, sql).WithText(ShardNames.Of(ShardNames.KeyOf(projection)));
                await using var _ = command.ConfigureAwait(false);
                return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (changed == 0)
        {
            var known = await ListAsync(cancellationToken).ConfigureAwait(false);
            var name = ShardNames.KeyOf(projection);
            throw known.Any(s => s.Projection == name && s.IsInline)
                ? new RequestFailedException(name, $"'{name}' runs in the transaction of every append, so it is neither paused nor resumed. Nothing was changed.")
                : new ProjectionNotFoundException(projection, known.Select(s => s.Projection));
        }
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
}
