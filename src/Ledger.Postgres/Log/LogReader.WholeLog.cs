using System.Runtime.CompilerServices;
using Ledger.Log;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <content>Reading all streams, up to the high-water mark.</content>
internal sealed partial class LogReader
{
    // How long a reader waits, in all, for transactions that hold numbers it lacks, before it ends below them.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // The remark on PostgresEventStore.ReadLogAsync says why it takes three statements.
    public async IAsyncEnumerable<RecordedEvent> ReadLogAsync(
        SequenceNumber after = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var last = await ReadLastDrawnAsync(cancellationToken).ConfigureAwait(false);
        var holders = await ReadHoldersAsync(cancellationToken).ConfigureAwait(false);
        var size = default(PageSize);
        var next = after.Value;
        var started = context.TimeProvider.GetTimestamp();
        context.Gaps.Note(last);
        var pause = TimeSpan.FromMilliseconds(1);
        while (next < last)
        {
            if (IsCertain(holders, last, started))
            {
                // Missing numbers are dead. Read ahead, until an event shows that there are other writers after all.
                var chunks = ReadChunksAsync(
                    next, (from, rows, add, cancelled) => ReadLogPageAsync(from, last, rows, add, cancelled), cancellationToken);
                await foreach (var chunk in chunks.ConfigureAwait(false))
                {
                    if (!IsCertain(holders, last, started))
                    {
                        break;
                    }

                    foreach (var recorded in chunk)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        yield return recorded;
                        next = recorded.Sequence.Value;
                    }
                }

                if (IsCertain(holders, last, started))
                {
                    yield break;
                }
            }

            var page = new List<RecordedEvent>();
            await ReadLogPageAsync(next, last, size.Rows, page.Add, cancellationToken).ConfigureAwait(false);
            var certain = LogGap.IndexOf(next, page, holders.Count == 0 ? context.Gaps.DeadUpTo(last, started) : 0);
            for (var i = 0; i < certain; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return page[i];
            }

            if (certain > 0)
            {
                next = page[certain - 1].Sequence.Value;
                size = size.After(page.Count, page.Sum(e => (long)e.Json.Length));
            }

            if (page.Count == 0)
            {
                yield break;
            }

            // Only a wait has a limit: a slow reader still gets all events below the missing number.
            if (certain == page.Count)
            {
                continue;
            }

            if (holders.Count > 0 && context.TimeProvider.GetElapsedTime(started) > LongestWait)
            {
                yield break;
            }

            await Task.Delay(pause, context.TimeProvider, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.FromMilliseconds(50).Ticks));
            await KeepThoseLeftAsync(holders, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<long> ReadLastDrawnAsync(CancellationToken cancellationToken) => context.Numbers.UseAsync(
        async (lease, cancellationToken) =>
        {
            var numbers = await LogNumbers.ReadAsync(lease.Connection, context.Options, cancellationToken).ConfigureAwait(false);
            if (numbers.IsStandby)
            {
                throw new StandbyServerException();
            }

            numbers.ThrowIfSequenceIsBehind();
            return numbers.Drawn;
        },
        cancellationToken);

    /// <summary>Whether every number up to the last one is either in the log or dead.</summary>
    private bool IsCertain(HashSet<string> holders, long last, long started) =>
        holders.Count == 0 && context.Gaps.DeadUpTo(last, started) >= last;

    // A transaction that is prepared changes its name, so that its old one is gone while it lives: any prepared one counts.
    private async Task KeepThoseLeftAsync(HashSet<string> holders, CancellationToken cancellationToken)
    {
        var now = await ReadHoldersAsync(cancellationToken).ConfigureAwait(false);
        holders.RemoveWhere(h => !now.Contains(h));
        holders.UnionWith(now.Where(h => h.StartsWith(PreparedPrefix, StringComparison.Ordinal)));
    }

    private const string PreparedPrefix = "prepared ";

    private async Task<HashSet<string>> ReadHoldersAsync(CancellationToken cancellationToken)
    {
        return await context.Numbers.UseAsync<HashSet<string>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "log_holders").WithText(context.Options.EventSchema);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var holders = new HashSet<string>(StringComparer.Ordinal);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    holders.Add((reader.GetBoolean(1) ? PreparedPrefix : "") + reader.GetString(0));
                }

                return holders;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<PageRead> ReadLogPageAsync(
        long after,
        long last,
        int rows,
        Action<RecordedEvent> add,
        CancellationToken cancellationToken)
    {
        return await context.LogPages.UseAsync<PageRead>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "read_log")
                    .With(after, NpgsqlDbType.Bigint)
                    .With(last, NpgsqlDbType.Bigint)
                    .With(rows, NpgsqlDbType.Integer);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var row = new EventRow(context.Options.Registry);
                var stream = default(StreamName);
                var (count, bytes) = (0, 0L);
                while (bytes < PageSize.MaxBytes && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var name = reader.GetString(0);
                    if (name != stream.Value)
                    {
                        stream = new StreamName(name);
                    }

                    var recorded = row.Read(reader, stream, position: null);
                    context.Gaps.LookForOthers(recorded);
                    add(recorded);
                    count++;
                    bytes += recorded.Json.Length;
                    after = recorded.Sequence.Value;
                }

                return new PageRead(count, bytes, after, IsLast: count == 0 || after >= last);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
