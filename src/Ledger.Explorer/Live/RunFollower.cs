using Ledger.Explorer.Failures;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Live;

/// <summary>Follows the runs that have viewers: one query per tick reads the lengths of all of them, whatever the number of viewers.</summary>
/// <remarks>
/// A tick is 100 ms, and 250 ms with more than 200 viewers, to whom each update must be sent; the events of one tick form one update, or several without a gap if there are
/// many, a round of all runs each. Without viewers there are no queries. Lengths count committed events only, so none is missed. Safe for concurrent use.
/// </remarks>
internal sealed class RunFollower(ExplorerServices explorer)
{
    private const int Crowd = 200;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TickOfCrowd = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamName, Followed> _followed = [];
    private readonly ILogger _logger = explorer.Loggers.CreateLogger("Ledger.Explorer");
    private int _viewers;
    private bool _isRunning;

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
            _viewers++;
            if (!_isRunning)
            {
                _isRunning = true;

                // The loop serves every viewer, so it must not inherit the context of the first request.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(RunAsync, CancellationToken.None);
                }
            }

            return viewer;
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Tick, explorer.TimeProvider);
        var isBehind = false;
        while ((isBehind || await timer.WaitForNextTickAsync().ConfigureAwait(false)) && Snapshot() is { Count: > 0 } followed)
        {
#pragma warning disable CA1031 // A temporary loss of the database must not end the loop; it is logged.
            try
            {
                isBehind = await TickAsync(followed).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                isBehind = false;
                Log.FollowingFailed(_logger, exception, PauseAfterFailure);
                await Task.Delay(PauseAfterFailure, explorer.TimeProvider).ConfigureAwait(false);
            }
#pragma warning restore CA1031
            var tick = Volatile.Read(ref _viewers) > Crowd ? TickOfCrowd : Tick;
            if (timer.Period != tick)
            {
                timer.Period = tick;
            }
        }
    }

    /// <summary>The followed streams; if there are none the loop ends, and the next viewer starts a new one.</summary>
    private List<Followed> Snapshot()
    {
        lock (_gate)
        {
            _isRunning = _viewers > 0;
            return _isRunning ? [.. _followed.Values] : [];
        }
    }

    /// <summary>Gives every run the next update that it has; whether one of them has further ones.</summary>
    private async Task<bool> TickAsync(List<Followed> followed)
    {
        var isBehind = false;
        var streams = await explorer.Search.GetStreamsAsync([.. followed.Select(f => f.Run.StreamName)]).ConfigureAwait(false);
        var versions = streams.ToDictionary(s => s.Name, s => s.Version);
        foreach (var one in followed)
        {
            var length = one.Run.History.LengthAt(versions.GetValueOrDefault(one.Run.StreamName));
            if (length > one.Length)
            {
                var update = await LiveUpdate.ReadAsync(one.Run, one.Length, length, LiveUpdate.MostEvents, CancellationToken.None).ConfigureAwait(false);
                Give(one, update);
                isBehind |= update.Length < length;
            }
        }

        return isBehind;
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
