using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Subscriptions;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants.Daemons;

/// <content>What the daemon does while its session lasts.</content>
internal sealed partial class SharedDaemon
{
    private sealed partial class SharedRun : IAsyncDisposable
    {
        private const string Appended = "mt_events_appended";

        // All tenants are looked at by these beats: what is asked of them sends a NOTIFY, which may be lost with the session.
        private const int BeatsForAll = 20;
        private const int MostMeasured = 10;

        // Of the time of the session that looks for tenants with new events.
        private const int RestAfterLook = 4;

        // What is due by the clock happens less often with many tenants.
        private static readonly TimeSpan DueForEach = TimeSpan.FromMilliseconds(100);
        private static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Hot = TimeSpan.FromSeconds(1);

        private readonly SharedDaemon _daemon;
        private readonly NodeSession _session;
        private readonly NodeSession _reading;
        private readonly SharedConnections _connections;
        private readonly CancellationToken _lost;
        private readonly AppendSignal _appended;
        private readonly SemaphoreSlim _requests;
        private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _failedAt = new(StringComparer.Ordinal);

        // Changed by the beat, and then another one.
        private volatile Dictionary<string, TenantShards> _members = new(StringComparer.Ordinal);
        private IReadOnlyList<TenantDatabase>? _known;
        private string[] _ring = [];
        private readonly List<Task> _ending = [];
        private int _told;
        private int _measured;
        private Task _measuring = Task.CompletedTask;
        private long _savedMark;
        private volatile bool _isAsked = true;

        public SharedRun(SharedDaemon daemon, NodeSession session, NodeSession reading, SharedConnections connections, int budget, CancellationToken lost)
        {
            (_daemon, _session, _reading, _connections, _lost) = (daemon, session, reading, connections, lost);
            _appended = new AppendSignal(daemon._timeProvider);
            _requests = new SemaphoreSlim(budget);
            session.Connection.Notification += (_, told) =>
            {
                if (told.Channel == Appended)
                {
                    _appended.Set();
                }
                else
                {
                    _isAsked = true;
                }
            };
        }

        private PostgresOptions Options => _daemon._options;

        private TimeProvider Clock => _daemon._timeProvider;

        /// <summary>Finds the tenants that have new events, and moves their marks.</summary>
        public async Task FollowAsync()
        {
            var mark = new HighWaterMark(Options, _daemon._gaps, Clock);
            mark.Begin(await ReadMarkAsync().ConfigureAwait(false));
            var pace = new PollPace(Clock);
            var (drawn, settled) = (-1L, -1L);
            var (complete, lookedAt, took) = (-1L, 0L, TimeSpan.Zero);
            var looked = _members;
            while (true)
            {
                await mark.AdvanceAsync(_reading.Connection, _lost).ConfigureAwait(false);
                var numbers = mark.Numbers;
                var members = _members;
                if (numbers.Drawn < drawn)
                {
                    // The shards see that the numbers went back.
                    foreach (var member in members.Values)
                    {
                        member.Newest = 0;
                        member.Mark.Note(numbers);
                    }

                    complete = -1;
                }

                if (numbers.Drawn != drawn)
                {
                    pace.Note();
                    drawn = numbers.Drawn;
                }

                if (settled != mark.Settled || looked != members)
                {
                    complete = looked != members ? -1 : complete;
                    (settled, looked) = (mark.Settled, members);
                    Settle(members.Values, settled, numbers);
                }

                if (complete != settled)
                {
                    var isDue = lookedAt == 0 || Clock.GetElapsedTime(lookedAt) >= RestAfterLook * took;
                    var began = Clock.GetTimestamp();
                    TenantShards[] asked = [.. members.Values.Where(member => isDue || (member.SeenAt is { } seen && Clock.GetElapsedTime(seen, began) < Hot))];
                    await LookAsync(asked, members, began).ConfigureAwait(false);
                    Settle(asked, settled, numbers);
                    if (isDue)
                    {
                        (complete, lookedAt) = (settled, Clock.GetTimestamp());
                        took = Clock.GetElapsedTime(began, lookedAt);
                    }
                }

                await pace.WaitAsync(_appended, _session, _lost).ConfigureAwait(false);
            }
        }

        /// <summary>Begins and ends the shards of tenants, tells them what is asked of them, and shows the server that this node is alive.</summary>
        public async Task BeatAsync()
        {
            var listen = _daemon.Command(_session.Connection, "listen_requests");
            await using (listen.ConfigureAwait(false))
            {
                await listen.ExecuteNonQueryAsync(_lost).ConfigureAwait(false);
            }

            while (true)
            {
                await ChangeAsync().ConfigureAwait(false);
                var isAsked = _isAsked;
                _isAsked = false;
                await TellAsync(isAsked ? [.. _members.Keys] : Next(ref _told, (_ring.Length + BeatsForAll - 1) / BeatsForAll)).ConfigureAwait(false);
                await SaveMarkAsync().ConfigureAwait(false);
                Measure();
                await _connections.RestAsync().ConfigureAwait(false);
                var beaten = Clock.GetTimestamp();
                while (!_isAsked && PollPace.Longest - Clock.GetElapsedTime(beaten) is var left && left > TimeSpan.FromMilliseconds(1))
                {
                    await _session.WaitAsync(left, _lost).ConfigureAwait(false);
                }
            }
        }

        /// <summary>Waits until all shards have ended, which they were told before.</summary>
        public async ValueTask DisposeAsync()
        {
            await Task.WhenAll(_members.Values.Select(member => member.DisposeAsync().AsTask()).Concat(_ending)).ConfigureAwait(false);
            await _measuring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _requests.Dispose();
        }

        private static void Settle(IEnumerable<TenantShards> members, long settled, LogNumbers numbers)
        {
            foreach (var member in members)
            {
                member.Settle(settled, numbers);
            }
        }

        private async Task LookAsync(TenantShards[] asked, Dictionary<string, TenantShards> members, long now)
        {
            if (asked.Length == 0)
            {
                return;
            }

            var command = _daemon.Command(_reading.Connection, "tenants_reach")
                .With(asked.Select(member => member.Database.Tenant).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(asked.Select(member => member.Newest).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            await using var _ = command.ConfigureAwait(false);
            await command.PrepareAsync(_lost).ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(_lost).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(_lost).ConfigureAwait(false))
            {
                var member = members[reader.GetString(0)];
                (member.Newest, member.SeenAt) = (reader.GetInt64(1), now);
            }
        }

        private async Task<long> ReadMarkAsync()
        {
            var command = _daemon.Command(_reading.Connection, "tenants_mark")
                .With(_daemon._wanted.Select(tenant => tenant.Tenant).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                .WithText(ShardNames.Mark);
            await using var _ = command.ConfigureAwait(false);
            return (long)(await command.ExecuteScalarAsync(_lost).ConfigureAwait(false))!;
        }

        private async Task ChangeAsync()
        {
            var wanted = _daemon._wanted;
            var members = _members;
            var ended = members.Values.Where(member => member.Fault is not null).ToList();
            if (wanted == _known && ended.Count == 0 && _failedAt.Count == 0)
            {
                return;
            }

            ended.ForEach(member => Failed(member.Database.Tenant, member.Fault!));
            _failedAt.Keys.Except(wanted.Select(database => database.Tenant)).ToList().ForEach(gone => _failedAt.Remove(gone));

            var next = new Dictionary<string, TenantShards>(StringComparer.Ordinal);
            foreach (var database in wanted)
            {
                if (members.TryGetValue(database.Tenant, out var member) && member.Database == database && member.Fault is null)
                {
                    next.Add(database.Tenant, member);
                }
            }

            // Code of the application that does not end soon is not waited for: the session must be heard of.
            _ending.RemoveAll(task => task.IsCompleted);
            _ending.AddRange(members.Values.Where(member => !next.ContainsKey(member.Database.Tenant)).Select(member => member.DisposeAsync().AsTask()));

            // The rest of many follows with the next beat, because the session must be heard of.
            var (began, isAll) = (Clock.GetTimestamp(), true);
            try
            {
                foreach (var database in wanted.Where(database => !next.ContainsKey(database.Tenant)))
                {
                    isAll = Clock.GetElapsedTime(began) < LongestChange;
                    if (!isAll)
                    {
                        break;
                    }

                    if (await BeginAsync(database).ConfigureAwait(false) is { } begun)
                    {
                        next.Add(database.Tenant, begun);
                    }
                }
            }
            finally
            {
                // What has begun is waited for in the end, also where the session was lost meanwhile.
                next.Values.SelectMany(member => member.Works).ToList().ForEach(work => work.LeastDue = DueForEach * next.Count);
                (_known, _ring, _members) = (isAll ? wanted : null, [.. next.Keys], next);
            }
        }

        // What is wrong with one is not in the way of the others, and is tried again.
        private async Task<TenantShards?> BeginAsync(TenantDatabase database)
        {
            if (_failedAt.TryGetValue(database.Tenant, out var failed) && Clock.GetElapsedTime(failed) < Shard.WaitForCircumstances)
            {
                return null;
            }

            DaemonOptions daemon;
            ShardWork[] works;
            try
            {
                daemon = (_daemon._daemon(database.Tenant) with { ConnectionString = null, Tenant = database.Tenant }).Checked(Options);
                var log = daemon.WorldSnapshotEvery is null ? null : await _daemon._tenants.ForAsync(database, _lost).ConfigureAwait(false);
                works = ShardWorks.Of(
                    Options, daemon, _daemon._gaps, connection => new AgentLedger(log!.Store.OnChecked(connection), Options.Limits), _daemon._logger, Clock);
            }
            catch (Exception fault) when (!_lost.IsCancellationRequested)
            {
                Failed(database.Tenant, fault);
                return null;
            }

            await NameAsync(daemon.NodeName).ConfigureAwait(false);
            _failedAt.Remove(database.Tenant);
            return new TenantShards(database, works, Options, daemon, _connections, _daemon._pooler, _daemon._logger, Clock, _lost);
        }

        private void Failed(string tenant, Exception fault)
        {
            _failedAt[tenant] = Clock.GetTimestamp();
            LogMessages.TenantFailed(_daemon._logger, tenant, fault);
        }

        private async Task NameAsync(string node)
        {
            if (_nodes.Add(node))
            {
                var command = _daemon.Command(_session.Connection, "tenants_node").WithText(node);
                await using var _ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(_lost).ConfigureAwait(false);
            }
        }

        private string[] Next(ref int place, int count)
        {
            var next = Enumerable.Range(place, Math.Min(count, _ring.Length)).Select(n => _ring[n % _ring.Length]).ToArray();
            place = _ring.Length == 0 ? 0 : (place + next.Length) % _ring.Length;
            return next;
        }

        private async Task TellAsync(string[] tenants)
        {
            var asked = new Dictionary<string, (string[] Stopped, bool Waits)>(StringComparer.Ordinal);
            var command = _daemon.Command(_session.Connection, "tenants_asked").With(tenants, NpgsqlDbType.Array | NpgsqlDbType.Text);
            await using var _ = command.ConfigureAwait(false);
            await command.PrepareAsync(_lost).ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(_lost).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(_lost).ConfigureAwait(false))
                {
                    asked.Add(reader.GetString(0), (reader.GetFieldValue<string[]>(1), reader.GetBoolean(2)));
                }
            }

            foreach (var tenant in tenants)
            {
                if (_members.TryGetValue(tenant, out var member))
                {
                    var (stopped, waits) = asked.GetValueOrDefault(tenant, ([], false));
                    member.Stop(stopped);
                    if (waits)
                    {
                        member.Serve(token => ServeAsync(member, token));
                    }
                }
            }
        }

        // Rebuilds have connections of the tenant's own pool, so that not many run at once.
        private async Task ServeAsync(TenantShards member, CancellationToken cancellationToken)
        {
            try
            {
                await _requests.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    var log = await _daemon._tenants.ForAsync(member.Database, cancellationToken).ConfigureAwait(false);
                    var requests = new NodeRequests(log.DataSource, member.Works, log.Options, member.Daemon, Clock);
                    await using var _ = requests.ConfigureAwait(false);
                    var connections = _connections.Of(member.Database.Tenant);
                    bool wasBusy;
                    do
                    {
                        wasBusy = requests.IsBusy;
                        try
                        {
                            await connections.UseAsync(connection => requests.BeatAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
                        }
                        catch (NpgsqlException) when (requests.IsBusy && !cancellationToken.IsCancellationRequested)
                        {
                            // A connection was lost, and the next beat has another: what runs is still told of, and finished.
                        }

                        if (requests.IsBusy)
                        {
                            await Task.Delay(PollPace.Longest, Clock, cancellationToken).ConfigureAwait(false);
                        }
                    }
                    while (wasBusy || requests.IsBusy);
                }
                finally
                {
                    _requests.Release();
                }
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                LogMessages.TenantFailed(_daemon._logger, member.Database.Tenant, fault);
            }
        }
    }
}
