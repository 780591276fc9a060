using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Tenants.Daemons;

/// <content>What the daemon notes on the way: its mark, and how far shards lag.</content>
internal sealed partial class SharedDaemon
{
    private sealed partial class SharedRun
    {
        // That of one tenant is enough for the next session: the numbers are those of all.
        private async Task SaveMarkAsync()
        {
            if (_members.Values.MaxBy(member => member.Mark.Value) is not { } furthest || furthest.Mark.Value is var mark && mark <= _savedMark)
            {
                return;
            }

            var batch = new NpgsqlBatch(_session.Connection) { Timeout = Options.CommandTimeoutSeconds };
            await using var _ = batch.ConfigureAwait(false);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("use_tenant")));
            batch.BatchCommands[0].Parameters.WithText(furthest.Database.Tenant);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("save_mark", Options.Schemas)));
            batch.BatchCommands[1].Parameters.WithText(ShardNames.Mark).With(mark, NpgsqlDbType.Bigint);
            try
            {
                await batch.ExecuteNonQueryAsync(_lost).ConfigureAwait(false);
            }
            catch (PostgresException moving) when (moving.SqlState == LedgerErrorCodes.LogMoved)
            {
                // It is saved for another tenant then.
            }

            _savedMark = mark;
        }

        // Beside the beat: the session must be heard of while connections are waited for.
        private void Measure()
        {
            if (DaemonMetrics.WantsLag && _measuring.IsCompleted)
            {
                var tenants = Next(ref _measured, MostMeasured);
                _measuring = SharedWork.Run(() => MeasureAsync(tenants));
            }
        }

        private async Task MeasureAsync(string[] tenants)
        {
            foreach (var tenant in tenants)
            {
                if (!_members.TryGetValue(tenant, out var member))
                {
                    continue;
                }

                try
                {
                    var shards = await _connections.Of(tenant).UseAsync(connection => new ShardStates(Options).ListAsync(connection, _lost), _lost).ConfigureAwait(false);
                    if (_members.GetValueOrDefault(tenant) == member)
                    {
                        DaemonMetrics.Note(shards.Where(shard => member.Works.Any(work => work.Name == shard.Name)), tenant);
                    }
                }
                catch (Exception fault) when (fault is NpgsqlException or ShardElsewhereException && !_lost.IsCancellationRequested)
                {
                    // It is measured again in its turn.
                }
            }
        }
    }
}
