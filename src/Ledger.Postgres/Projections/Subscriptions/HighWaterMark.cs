using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>The high-water mark: the number up to which every event is in the log, and missing numbers will never appear.</summary>
/// <remarks>
/// <para>First the last number drawn is read, then the transactions that may still commit a number, each in its own statement. Once all of those have ended,
/// every number that they held below the number drawn is visible or dead. Until then the mark stays before the first missing number.</para>
/// <para>It does not pass the newest event: a server that crashed, was restored or was a standby may assign later numbers again.</para>
/// <para>Several such observations overlap, so that the mark follows a log that is never idle. It belongs to one connection, and starts again with the next: a
/// server that crashed may assign numbers twice. Not safe for concurrent use.</para>
/// </remarks>
internal sealed class HighWaterMark(PostgresOptions options, GapTimeout gaps, TimeProvider timeProvider)
{
    // More would say the same in smaller steps.
    private const int MostSightings = 64;
    private const string PreparedPrefix = "prepared ";

    private readonly string _reach = SqlText.Load("log_reach", options.Schemas);
    private readonly string _holders = SqlText.Load("log_holders", options.Schemas);
    private readonly List<Sighting> _sightings = [];
    private long _lastSeen = -1;
    private long _settled;
    private long _newest;

    /// <summary>The mark.</summary>
    public long Value { get; private set; }

    /// <summary>The number up to which nothing will appear any more, in a schema of many tenants for none of them: it may be beyond the newest event.</summary>
    public long Settled => _settled;

    /// <summary>The last numbers read from the log.</summary>
    public LogNumbers Numbers { get; private set; }

    /// <summary>Begins on another connection.</summary>
    /// <param name="floor">A number that was a mark before, and was written to disk.</param>
    public void Begin(long floor)
    {
        _sightings.Clear();
        (_lastSeen, _settled, Value) = (-1, floor, floor);
    }

    /// <summary>Looks again, and says whether a number was drawn, in a schema of many tenants by one's own, or the mark has moved.</summary>
    /// <remarks>One round trip where no number is missing, and a second where one is.</remarks>
    public async Task<bool> AdvanceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (last, present, newest) = await ReadReachAsync(connection, cancellationToken).ConfigureAwait(false);
        Numbers = new LogNumbers(last, newest);
        gaps.Note(last);
        var (seen, before) = (_lastSeen, Value);
        if (last < _settled)
        {
            // The numbers went back. Earlier results do not apply to numbers that are assigned now.
            Begin(0);
            return true;
        }

        _settled = Math.Max(_settled, Math.Min(present, last));
        if (_settled < last)
        {
            await LookForHoldersAsync(connection, last, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            _sightings.Clear();
            _lastSeen = last;
        }

        Value = Math.Min(_settled, newest);

        // Numbers that other tenants draw are no reason to look again: an event of one's own is.
        var isNew = options.Tenancy == Tenancy.Conjoined && seen >= 0 ? newest != _newest : last != seen;
        _newest = newest;
        return isNew || Value != before;
    }

    private async Task LookForHoldersAsync(NpgsqlConnection connection, long last, CancellationToken cancellationToken)
    {
        var holders = await ReadHoldersAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var sighting in _sightings)
        {
            sighting.KeepThoseLeft(holders);
        }

        if (last != _lastSeen && _sightings.Count < MostSightings)
        {
            _sightings.Add(new Sighting(last, timeProvider.GetTimestamp(), [.. holders]));
            _lastSeen = last;
        }

        foreach (var sighting in _sightings)
        {
            if (sighting.Holders.Count == 0)
            {
                _settled = Math.Max(_settled, gaps.DeadUpTo(sighting.Last, sighting.SeenAt));
            }
        }

        _sightings.RemoveAll(s => s.Last <= _settled);
    }

    private async Task<(long Last, long Present, long Newest)> ReadReachAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, _reach).With(_settled, NpgsqlDbType.Bigint);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private async Task<HashSet<string>> ReadHoldersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, _holders).WithText(options.EventSchema);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var holders = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            holders.Add((reader.GetBoolean(1) ? PreparedPrefix : "") + reader.GetString(0));
        }

        return holders;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(sql, connection) { CommandTimeout = options.CommandTimeoutSeconds };

    /// <summary>A number that was seen drawn, and the transactions that could still commit one up to it.</summary>
    private sealed record Sighting(long Last, long SeenAt, HashSet<string> Holders)
    {
        // A transaction that is prepared changes its name, so that its old one is gone while it lives: any prepared one counts.
        public void KeepThoseLeft(HashSet<string> now)
        {
            Holders.RemoveWhere(h => !now.Contains(h));
            Holders.UnionWith(now.Where(h => h.StartsWith(PreparedPrefix, StringComparison.Ordinal)));
        }
    }
}
