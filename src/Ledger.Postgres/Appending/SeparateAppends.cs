using System.Collections.Concurrent;
using Ledger.Projections;
using Ledger.Streams;
using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>Requests that are sent alone, on connections of their own: those of a batch that failed, and of streams that keep failing.</summary>
internal sealed class SeparateAppends(AppendSender sender, Action onWritten) : IDisposable
{
    private const int MostAtOnce = 8;
    private static readonly TimeSpan Exile = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _room = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentDictionary<StreamName, long> _exiles = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Whether a stream of the request failed a moment ago, and must not spoil the batches of others.</summary>
    public bool Takes(AppendRequest request)
    {
        if (_exiles.IsEmpty)
        {
            return false;
        }

        foreach (var part in request.Parts)
        {
            if (_exiles.TryGetValue(part.Stream, out var since))
            {
                if (sender.TimeProvider.GetElapsedTime(since) < Exile)
                {
                    return true;
                }

                _exiles.TryRemove(part.Stream, out _);
            }
        }

        return false;
    }

    /// <summary>Sends one request on a connection of its own.</summary>
    public async Task<IReadOnlyList<AppendResult>> SendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var command = sender.CreateCommand();
            var answers = await sender.SendAsync(command, [request], cancellationToken).ConfigureAwait(false);
            onWritten();
            return answers[0].ResultsOrThrow();
        }
        catch (Exception fault) when (fault is NpgsqlException or ProjectionFailedException)
        {
            foreach (var part in request.Parts)
            {
                _exiles[part.Stream] = sender.TimeProvider.GetTimestamp();
            }

            throw;
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Sends the requests of a failed batch one by one, those of one stream in order, and answers their callers.</summary>
    public void Send(IReadOnlyList<PendingAppend> batch)
    {
        foreach (var ofStream in batch.GroupBy(p => p.Request!.Parts[0].Stream))
        {
            var work = Task.Run(() => SendInOrderAsync([.. ofStream]));
            _running.TryAdd(work, true);
            _ = work.ContinueWith(
                t => _running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Waits until nothing is under way.</summary>
    public Task DrainAsync() => Task.WhenAll(_running.Keys);

    public void Dispose() => _room.Dispose();

    private async Task SendInOrderAsync(PendingAppend[] requests)
    {
        foreach (var pending in requests)
        {
            try
            {
                var results = await SendAsync(pending.Request!, CancellationToken.None).ConfigureAwait(false);
                pending.Complete(new AppendAnswer(results, null));
            }
#pragma warning disable CA1031 // Whatever it is, it is the caller's to see.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                pending.Fail(fault);
            }
        }
    }
}
