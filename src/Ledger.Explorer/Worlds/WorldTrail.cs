using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>Cached worlds of one run at evenly spread positions, and the events between them.</summary>
/// <remarks>Safe for concurrent use: only one caller at a time extends the cache; steps from a cached world run in parallel.</remarks>
/// <param name="run">The run.</param>
/// <param name="masked">How often payloads of its history had been masked.</param>
/// <param name="since">When it began, as a timestamp.</param>
internal sealed class WorldTrail(Run run, long masked, long since)
{
    private const int MostKept = 256;

    private readonly List<World> _kept = [World.Empty];
    private long _spacing = 1_000;
    private Task _walking = Task.CompletedTask;

    public StreamName Stream => run.StreamName;

    public long Masked => masked;

    public long Since => since;

    public async Task<World> GetAsync(Position at, CancellationToken cancellationToken)
    {
        if (at.Value >= Last().Position.Value + _spacing)
        {
            await WalkAsync(at, cancellationToken).ConfigureAwait(false);
        }

        var start = Nearest(at);
        return start.Position == at ? start : await FoldAsync(start, at, cancellationToken).ConfigureAwait(false);
    }

    private Task WalkAsync(Position to, CancellationToken cancellationToken)
    {
        lock (_kept)
        {
            return _walking = WalkAsync(_walking, to, cancellationToken);
        }
    }

    private async Task WalkAsync(Task before, Position to, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        var start = Last();
        var fold = new WorldFold(start);
        await foreach (var recorded in run.ReadAsync(start.Position, to, cancellationToken).ConfigureAwait(false))
        {
            fold.Apply(recorded);
            if (fold.Position.Value % _spacing == 0)
            {
                Keep(fold.ToWorld());
            }
        }
    }

    private async Task<World> FoldAsync(World start, Position at, CancellationToken cancellationToken)
    {
        var fold = new WorldFold(start);
        await foreach (var recorded in run.ReadAsync(start.Position, at, cancellationToken).ConfigureAwait(false))
        {
            fold.Apply(recorded);
        }

        var world = fold.ToWorld();
        return world.Position < at ? throw new PositionOutOfRangeException(Stream, at, world.Position) : world;
    }

    private void Keep(World world)
    {
        lock (_kept)
        {
            _kept.Add(world);
            if (_kept.Count > MostKept)
            {
                _spacing *= 2;
                _kept.RemoveAll(w => w.Position.Value % _spacing != 0);
            }
        }
    }

    private World Last()
    {
        lock (_kept)
        {
            return _kept[^1];
        }
    }

    private World Nearest(Position at)
    {
        lock (_kept)
        {
            return _kept.FindLast(w => w.Position <= at)!;
        }
    }
}
