using Ledger.Explorer.Failures;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Live;

/// <summary>Follows the runs that have viewers: one query per tick reads the lengths of all of them, whatever the number of viewers.</summary>
/// <remarks>
/// A tick is 100 ms; the events of one tick form one update. Without viewers there are no queries. Lengths count committed events only, so
/// none is missed. Safe for concurrent use.
/// </remarks>
internal sealed class RunFollower(ExplorerServices explorer)
{
    // No one can read more than this per tick; the page offers a jump to the end.
    private const int MostShown = 200;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamName, Followed> _followed = [];
    private readonly ILogger _logger = explorer.Loggers.CreateLogger("Ledger.Explorer");
    private int _viewers;

    /// <summary>Starts to follow a run for a viewer.</summary>
    /// <exception cref="TooManyViewersException">The limit of viewers is reached.</exception>
    public async Task<Viewer> FollowAsync(Run run, CancellationToken cancellationToken)
    {
        var length = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_viewers >= explorer.Options.MaxViewers)
            {
                throw new TooManyViewersException(explorer.Options.MaxViewers);
            }

            if (!_followed.TryGetValue(run.StreamName, out var followed))
            {
                _followed.Add(run.StreamName, followed = new Followed(run, length));
            }

            var viewer = new Viewer(followed.Length, gone => Leave(followed, gone));
            followed.Viewers.Add(viewer);
            if (_viewers++ == 0)
            {
                // The loop serves every viewer, so it must not inherit the context of the first request.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(RunAsync, CancellationToken.None);
                }
            }

            return viewer;
        }
    }

    /// <summary>The events that a viewer missed before its updates began.</summary>
    public static async Task<LiveUpdate?> ReadMissedAsync(Run run, Position from, Position to, CancellationToken cancellationToken) =>
        from < to ? await ReadAsync(run, from, to, cancellationToken).ConfigureAwait(false) : null;

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Tick, explorer.TimeProvider);
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false) && Snapshot() is { Count: > 0 } followed)
        {
#pragma warning disable CA1031 // A temporary loss of the database must not end the loop; it is logged.
            try
            {
                await TickAsync(followed).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.FollowingFailed(_logger, exception, PauseAfterFailure);
                await Task.Delay(PauseAfterFailure, explorer.TimeProvider).ConfigureAwait(false);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>The followed streams; if there are none the loop ends, and the next viewer starts a new one.</summary>
    private List<Followed> Snapshot()
    {
        lock (_gate)
        {
            return _viewers == 0 ? [] : [.. _followed.Values];
        }
    }

    private async Task TickAsync(List<Followed> followed)
    {
        var streams = await explorer.Search.GetStreamsAsync([.. followed.Select(f => f.Run.StreamName)]).ConfigureAwait(false);
        var versions = streams.ToDictionary(s => s.Name, s => s.Version);
        foreach (var one in followed)
        {
            var length = one.Run.History.LengthAt(versions.GetValueOrDefault(one.Run.StreamName));
            if (length > one.Length)
            {
                var update = await ReadAsync(one.Run, one.Length, length, CancellationToken.None).ConfigureAwait(false);
                Give(one, update);
            }
        }
    }

    private void Give(Followed followed, LiveUpdate update)
    {
        lock (_gate)
        {
            followed.Length = update.Length;
            foreach (var viewer in followed.Viewers)
            {
                viewer.Give(update);
            }
        }
    }

    private static async Task<LiveUpdate> ReadAsync(Run run, Position from, Position to, CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        if (to.Value - from.Value <= MostShown)
        {
            await foreach (var recorded in run.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
            {
                events.Add(recorded);
            }
        }

        return new LiveUpdate(run.StreamName, to, events);
    }

    private void Leave(Followed followed, Viewer viewer)
    {
        lock (_gate)
        {
            if (!followed.Viewers.Remove(viewer))
            {
                return;
            }

            _viewers--;
            if (followed.Viewers.Count == 0)
            {
                _followed.Remove(followed.Run.StreamName);
            }
        }
    }

    private sealed class Followed(Run run, Position length)
    {
        public Run Run { get; } = run;

        public Position Length { get; set; } = length;

        public List<Viewer> Viewers { get; } = [];
    }
}
