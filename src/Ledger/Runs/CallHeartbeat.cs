using System.Runtime.CompilerServices;
using Ledger.Log;
using Microsoft.Extensions.Logging;

namespace Ledger.Runs;

/// <summary>Says of the callers of this process that they are at work, for as long as they are; one for all ledgers of a store. Safe for concurrent use.</summary>
/// <remarks>A caller that has ended is no longer spoken for, also if its outcome could not be recorded: so others do not wait for it.</remarks>
internal sealed class CallHeartbeat
{
    /// <summary>After how many beats that were missed a caller counts as gone.</summary>
    public const int MostMissed = 5;

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMinutes(1);
    private static readonly ConditionalWeakTable<ICallOwners, CallHeartbeat> All = [];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _atWork = new(StringComparer.Ordinal);
    private Task<bool>? _proof;
    private long _proved;
    private bool _isBeating;
    private TimeSpan _every = TimeSpan.MaxValue;
    private TaskCompletionSource _sooner = NewSignal();

    /// <summary>A name for a new caller, which says that it sends heartbeats only if one of this process has been written.</summary>
    public static async Task<string> NameAsync(AgentLedger ledger, CancellationToken cancellationToken)
    {
        var owners = ledger.Store.Get<ICallOwners>();
        return CallOwner.New(
            owners is not null && await All.GetOrCreateValue(owners).CanBeatAsync(owners, ledger).WaitAsync(cancellationToken).ConfigureAwait(false)
                ? ledger.Options.CallHeartbeat
                : null);
    }

    /// <summary>A call begins, and lasts until what is returned is disposed; null for a caller that sends no heartbeats.</summary>
    /// <remarks>Its request is a sign of life. The first heartbeat comes a period later, so that short calls need none.</remarks>
    public static IDisposable? Begin(AgentLedger ledger, string owner)
    {
        if (CallOwner.PeriodOf(owner) is null || ledger.Store.Get<ICallOwners>() is not { } owners)
        {
            return null;
        }

        var heartbeat = All.GetOrCreateValue(owners);
        heartbeat.Begin(owners, ledger, owner);
        return new Beating(heartbeat, owner);
    }

    private void Begin(ICallOwners owners, AgentLedger ledger, string owner)
    {
        lock (_gate)
        {
            if (ledger.Options.CallHeartbeat < _every)
            {
                _every = ledger.Options.CallHeartbeat;
                _sooner.TrySetResult();
            }

            _atWork.Add(owner);
            if (!_isBeating)
            {
                _isBeating = true;
                _ = SharedWork.Run(() => BeatAsync(owners, ledger.TimeProvider, ledger.Logger));
            }
        }
    }

    private void End(string owner)
    {
        lock (_gate)
        {
            _atWork.Remove(owner);
        }
    }

    // Without the table, or the right to write into it, callers keep to their lease instead.
    private Task<bool> CanBeatAsync(ICallOwners owners, AgentLedger ledger)
    {
        lock (_gate)
        {
            if (_proof is null || (_proof is { IsCompletedSuccessfully: true, Result: false } && ledger.TimeProvider.GetElapsedTime(_proved) >= TryAgainAfter))
            {
                _proved = ledger.TimeProvider.GetTimestamp();
                _proof = SharedWork.Run(() => ProveAsync(owners, ledger.Logger));
            }

            return _proof;
        }
    }

    private static async Task<bool> ProveAsync(ICallOwners owners, ILogger logger)
    {
#pragma warning disable CA1031 // Calls are made all the same.
        try
        {
            await owners.KeepAsync([CallOwner.Process], CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            LogMessages.CallHeartbeatFailed(logger, e);
            return false;
        }
#pragma warning restore CA1031
    }

    private async Task BeatAsync(ICallOwners owners, TimeProvider timeProvider, ILogger logger)
    {
        TimeSpan? soon = null;
        while (true)
        {
            await WaitAsync(soon, timeProvider).ConfigureAwait(false);
            string[] callers;
            TimeSpan every;
            lock (_gate)
            {
                every = _every;
                if (_atWork.Count == 0)
                {
                    _isBeating = false;
                    return;
                }

                callers = [.. _atWork];
            }

#pragma warning disable CA1031 // A later beat may succeed; until then others see that none came.
            try
            {
                using var late = new CancellationTokenSource(every, timeProvider);
                await owners.KeepAsync(callers, late.Token).ConfigureAwait(false);
                soon = null;
            }
            catch (Exception e)
            {
                soon = every / MostMissed;
                LogMessages.CallHeartbeatFailed(logger, e);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>Waits for a period. A caller that begins meanwhile and has promised a shorter one is waited for by that, from then on.</summary>
    private async Task WaitAsync(TimeSpan? soon, TimeProvider timeProvider)
    {
        while (true)
        {
            TimeSpan every;
            Task sooner;
            lock (_gate)
            {
                _sooner = _sooner.Task.IsCompleted ? NewSignal() : _sooner;
                (every, sooner) = (soon < _every ? soon.Value : _every, _sooner.Task);
            }

            using var woken = new CancellationTokenSource();
            var over = Task.Delay(every, timeProvider, woken.Token);
            if (await Task.WhenAny(over, sooner).ConfigureAwait(false) == over)
            {
                return;
            }

            await woken.CancelAsync().ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Beating(CallHeartbeat heartbeat, string owner) : IDisposable
    {
        public void Dispose() => heartbeat.End(owner);
    }
}
