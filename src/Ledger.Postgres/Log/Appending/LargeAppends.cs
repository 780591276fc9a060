using Ledger.Log;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Large requests that are sent outside the lanes, each on its own connection, while there are few of them.</summary>
/// <remarks>
/// Sharing a batch saves the fixed cost of a batch, which is small compared with a large request: in a shared batch it only waits for others, and the server is
/// idle while the client encodes. When all places are taken, large requests are gathered in their lanes like all others. A stream's requests keep their order:
/// a request goes here only if its lane has none of its streams, and a lane waits before a request whose stream is in use here. Safe for
/// concurrent use.
/// </remarks>
internal sealed class LargeAppends : IDisposable
{
    /// <summary>The fewest events of a request that goes here: those that cost the server about three times as much as a batch itself.</summary>
    public const int FewestEvents = 50;

    // Two backends have a core each, and two wait for their flush to the disk.
    private const int MostPlaces = 4;

    private readonly AppendSender _sender;
    private readonly SeparateAppends _separately;
    private readonly Action _onWritten;
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamName, Task> _streams = [];
    private readonly Stack<AppendCommand> _commands = [];
    private int _free;
    private volatile int _underWay;

    /// <summary>Creates the places, by the size of the pool.</summary>
    /// <param name="sender">Sends.</param>
    /// <param name="separately">Takes what finds its stream locked.</param>
    /// <param name="onWritten">Is told of each request that was written.</param>
    /// <param name="places">How many are sent at a time; see <see cref="PlacesOf"/>.</param>
    public LargeAppends(AppendSender sender, SeparateAppends separately, Action onWritten, int places)
    {
        _sender = sender;
        _separately = separately;
        _onWritten = onWritten;
        _free = places;
    }

    /// <summary>How many places a pool has room for, in addition to the lanes; a small pool has none.</summary>
    public static int PlacesOf(NpgsqlDataSource pool, PostgresOptions options) => Math.Clamp(
        (new NpgsqlConnectionStringBuilder(pool.ConnectionString).MaxPoolSize / 4) - options.AppendLanes, 0, MostPlaces);

    /// <summary>Takes a place for a request; null if it is not large, or no place is free. Only its lane calls it, when it has none of its streams.</summary>
    public Place? TryTake(AppendRequest request)
    {
        if (request.EventCount < FewestEvents)
        {
            return null;
        }

        lock (_gate)
        {
            if (_free == 0 || EndOfAny(request) is not null)
            {
                return null;
            }

            _free--;
            _underWay++;
            var place = new Place(_commands.TryPop(out var command) ? command : _sender.CreateImpatientCommand(isKept: true));
            foreach (var part in request.Parts)
            {
                _streams[part.Stream] = place.Ended;
            }

            return place;
        }
    }

    /// <summary>The end of a request in progress that shares a stream with the given one, which must wait for it; null if there is none.</summary>
    public Task? EndOf(AppendRequest request)
    {
        if (_underWay == 0)
        {
            return null;
        }

        lock (_gate)
        {
            return EndOfAny(request);
        }
    }

    /// <summary>Sends a request and releases its place.</summary>
    public async Task<IReadOnlyList<AppendResult>> SendAsync(AppendRequest request, Place place, CancellationToken cancellationToken)
    {
        var since = _sender.TimeProvider.GetTimestamp();
        PendingAppend slow;
        try
        {
            var answers = await _sender.SendAsync(place.Command, [request], since, cancellationToken).ConfigureAwait(false);
            _onWritten();
            return answers[0].ResultsOrThrow();
        }
        catch (NpgsqlException fault) when (place.Command.TookTooLong(fault))
        {
            // Handed over before the lane may continue with its streams, so that later requests stay later.
            slow = PendingAppend.Of(request, since, cancellationToken, isSlow: true);
            _separately.Send(slow);
        }
        finally
        {
            Leave(request, place);
        }

        return await slow.Answer.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_commands.TryPop(out var command))
            {
                command.Dispose();
            }
        }
    }

    private void Leave(AppendRequest request, Place place)
    {
        lock (_gate)
        {
            foreach (var part in request.Parts)
            {
                _streams.Remove(part.Stream);
            }

            _commands.Push(place.Command);
            _free++;
            _underWay--;
        }

        place.End();
    }

    private Task? EndOfAny(AppendRequest request)
    {
        foreach (ref readonly var part in request.Parts.AsSpan())
        {
            if (_streams.TryGetValue(part.Stream, out var ended))
            {
                return ended;
            }
        }

        return null;
    }

    /// <summary>A place that a request has.</summary>
    internal sealed class Place(AppendCommand command)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AppendCommand Command { get; } = command;

        public Task Ended => _ended.Task;

        public void End() => _ended.SetResult();
    }
}
