using System.Runtime.CompilerServices;
using Ledger.Log;
using Microsoft.Extensions.Logging;

namespace Ledger.Runs;

/// <summary>Says that this process is alive for as long as it makes calls on a store; one for all ledgers of the store. Safe for concurrent use.</summary>
internal sealed class CallHeartbeat
{
    /// <summary>After how many beats that were missed a process counts as gone.</summary>
    public const int MostMissed = 5;

    private static readonly ConditionalWeakTable<ICallOwners, CallHeartbeat> All = [];

    private readonly Lock _gate = new();
    private int _atWork;
    private bool _isBeating;
    private TimeSpan _every = TimeSpan.MaxValue;

    /// <summary>A call begins, and lasts until what is returned is disposed; null for a store that needs no heartbeats.</summary>
    /// <remarks>Its request is a sign of life. The first heartbeat comes a period later, so that short calls need none.</remarks>
    public static IDisposable? Begin(AgentLedger ledger)
    {
        if (ledger.Store.Get<ICallOwners>() is not { } owners)
        {
            return null;
        }

        var heartbeat = All.GetOrCreateValue(owners);
        heartbeat.Begin(owners, ledger);
        return new Beating(heartbeat);
    }

    private void Begin(ICallOwners owners, AgentLedger ledger)
    {
        lock (_gate)
        {
            _every = TimeSpan.FromTicks(Math.Min(_every.Ticks, ledger.Options.CallHeartbeat.Ticks));
            _atWork++;
            if (!_isBeating)
            {
                _isBeating = true;
                _ = SharedWork.Run(() => BeatAsync(owners, ledger.TimeProvider, ledger.Logger));
            }
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _atWork--;
        }
    }

    private async Task BeatAsync(ICallOwners owners, TimeProvider timeProvider, ILogger logger)
    {
        while (true)
        {
            await Task.Delay(_every, timeProvider, CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                if (_atWork == 0)
                {
                    _isBeating = false;
                    return;
                }
            }

#pragma warning disable CA1031 // The next beat may succeed; until then others see that none came.
            try
            {
                using var late = new CancellationTokenSource(_every * MostMissed, timeProvider);
                await owners.KeepAsync(CallOwner.Process, late.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                LogMessages.CallHeartbeatFailed(logger, e);
            }
#pragma warning restore CA1031
        }
    }

    private sealed class Beating(CallHeartbeat heartbeat) : IDisposable
    {
        public void Dispose() => heartbeat.End();
    }
}
