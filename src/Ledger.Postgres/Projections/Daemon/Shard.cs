using Ledger.Json;
using Ledger.Postgres.Log.Appending;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Processes the log for one projection or subscription, while this node owns it.</summary>
/// <remarks>
/// A failed batch is cut down to the single event at fault; only that is retried after pauses, and then treated by the policy. Temporary failures, such as an
/// unreachable server, are retried without limit.
/// </remarks>
internal sealed class Shard(
    ShardWork work,
    DaemonOptions options,
    MarkSignal mark,
    IShardConnections connections,
    ShardStates states,
    PoolerNotice pooler,
    ILogger logger,
    TimeProvider timeProvider,
    bool isAlone)
{
    /// <summary>After what time it is tried again what circumstances do not allow.</summary>
    public static readonly TimeSpan WaitForCircumstances = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan WaitForOther = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWaitForServer = TimeSpan.FromSeconds(1);

    private readonly BatchSize _size = new(options.BatchTime);
    private long _position;
    private int _failures;
    private bool _hasCaughtUp;
    private string? _waitsFor;
    private volatile bool _isStopped;
    private volatile bool _isGivenUp;
    private volatile bool _mustBegin = true;

    /// <summary>The shard's name.</summary>
    public string Name => work.Name;

    private string Label => options.Tenant is null ? Name : $"{Name} of tenant '{options.Tenant}'";

    /// <summary>Tells the shard whether it may run.</summary>
    public void Stop(bool isStopped)
    {
        if (_isStopped && !isStopped)
        {
            // Resuming it may have moved it.
            (_failures, _mustBegin) = (0, true);
        }

        _isStopped = isStopped;
    }

    /// <summary>Tells the shard to end after its current work, so that another node can take it.</summary>
    public void GiveUp() => _isGivenUp = true;

    /// <summary>Runs until the node stops, or releases or loses the shard.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        work.Begin(connections);
        var outages = 0;
        while (!cancellationToken.IsCancellationRequested && !_isGivenUp)
        {
            try
            {
                var wakes = mark.Wakes;
                if (_mustBegin)
                {
                    _mustBegin = false;
                    await BeginAsync(cancellationToken).ConfigureAwait(false);
                }

                if (!_isStopped && mark.IsSuspect(_position))
                {
                    await CheckNumbersAsync(cancellationToken).ConfigureAwait(false);
                }

                if (!_isStopped && work.Due <= TimeSpan.Zero)
                {
                    await connections.UseAsync(
                        connection => work.RunDueAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
                }

                if (_isStopped || mark.Value <= _position)
                {
                    if (!_isStopped && !_hasCaughtUp && mark.Value > 0)
                    {
                        await connections.UseAsync(
                            connection => states.CatchUpAsync(connection, Name, cancellationToken), cancellationToken).ConfigureAwait(false);
                        _hasCaughtUp = true;
                    }

                    await WaitAsync(wakes, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (work.Pause is { Ticks: > 0 } pause)
                {
                    await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
                }

                await RunBatchAsync(cancellationToken).ConfigureAwait(false);
                (outages, _waitsFor) = (0, null);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (PostgresException moved) when (moved.SqlState == LedgerErrorCodes.ShardMoved)
            {
                LogMessages.ShardMoved(logger, Label);
                _mustBegin = true;
            }
            catch (ShardElsewhereException)
            {
                _mustBegin = true;
                await Task.Delay(WaitForOther, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (PostgresException moving) when (moving.SqlState == LedgerErrorCodes.LogMoved)
            {
                // The log takes writes again, or the shard ends when its node learns where the log is.
                if (_waitsFor != moving.MessageText)
                {
                    _waitsFor = moving.MessageText;
                    LogMessages.ShardWaits(logger, Label, moving);
                }

                _mustBegin = true;
                await DelayAsync(WaitForOther, outages++, LongestWaitForServer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (TransientFaults.Contains(fault) || TransientFaults.IsOfPooler(fault)
                || fault is NpgsqlException and not PostgresException)
            {
                SayThatItWaits(fault);
                _mustBegin = true;
                await DelayAsync(TimeSpan.FromMilliseconds(50), outages++, LongestWaitForServer, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException fault) when (work.CanWaitFor(fault))
            {
                if (isAlone)
                {
                    // The node ends its session, so that another one which can do the work gets it.
                    throw;
                }

                if (_waitsFor != fault.MessageText)
                {
                    _waitsFor = fault.MessageText;
                    LogMessages.ShardWaitsForCircumstances(logger, Label, fault.MessageText);
                }

                _mustBegin = true;
                await Task.Delay(WaitForCircumstances, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                if (!await HandleAsync(fault, cancellationToken).ConfigureAwait(false))
                {
                    // What fails is not even noted, so that it is not tried without a pause.
                    _mustBegin = true;
                    await DelayAsync(TimeSpan.FromMilliseconds(50), outages++, LongestWaitForServer, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private Task BeginAsync(CancellationToken cancellationToken) => connections.UseAsync(
        async connection =>
        {
            await states.BeginAsync(connection, work, options.NodeName, cancellationToken).ConfigureAwait(false);
            _position = await states.ReadPositionAsync(connection, Name, cancellationToken).ConfigureAwait(false);
            _isStopped = (await states.ReadStoppedAsync(connection, [Name], cancellationToken).ConfigureAwait(false)).Count > 0;
        },
        cancellationToken);

    // For events, or for what is due without them.
    private async Task WaitAsync(long wakes, CancellationToken cancellationToken)
    {
        var waiting = mark.WaitAsync(_isStopped ? long.MaxValue : _position, wakes, cancellationToken);
        if (_isStopped || work.Due is not { } due)
        {
            await waiting.ConfigureAwait(false);
            return;
        }

        await waiting.WaitAsync(due > TimeSpan.Zero ? due : TimeSpan.Zero, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // What the mark saw may be older than the position, so the numbers are read again.
    private async Task CheckNumbersAsync(CancellationToken cancellationToken)
    {
        var numbers = await connections.UseAsync(
            connection => states.ReadNumbersAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
        numbers.ThrowIfBeyond($"'{Name}'", _position);
    }

    private async Task RunBatchAsync(CancellationToken cancellationToken)
    {
        var rows = _size.Rows;
        var started = timeProvider.GetTimestamp();
        var page = await work.RunAsync(connections, _position, mark.Value, rows, cancellationToken).ConfigureAwait(false);
        var time = timeProvider.GetElapsedTime(started);
        (_position, _failures) = (page.Reached, 0);
        _size.Note(page.Events, time);
        DaemonMetrics.Batch(Name, page.Events, time);
    }

    /// <summary>Deals with a failure that does not pass by itself; says whether the position is still known.</summary>
    private async Task<bool> HandleAsync(Exception fault, CancellationToken cancellationToken)
    {
        try
        {
            if (fault is LogNumbersException)
            {
                // No event is at fault, and waiting would not help.
                await FailAsync(fault, cancellationToken).ConfigureAwait(false);
                return true;
            }

            if (_size.Rows > 1 && fault is not ShardEventException)
            {
                _size.CutDown();
                return true;
            }

            _size.CutDown();
            var cause = ShardEventException.CauseOf(fault);
            if (_failures < (work.Retries ?? options.Retries))
            {
                LogMessages.ShardRetries(logger, Label, _position, _failures + 1, work.Retries ?? options.Retries, cause);
                await NoteAsync(cause, cancellationToken).ConfigureAwait(false);
                await DelayAsync(work.RetryDelay ?? options.RetryDelay, _failures++, LongestDelay, cancellationToken).ConfigureAwait(false);
                return true;
            }

            _failures = 0;
            if ((work.OnFailure ?? options.OnFailure) == FailurePolicy.DeadLetter)
            {
                await SkipAsync(cause, cancellationToken).ConfigureAwait(false);
                return true;
            }

            await FailAsync(cause, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (ShardElsewhereException)
        {
            return false;
        }
        catch (NpgsqlException lost)
        {
            SayThatItWaits(lost);
            return false;
        }
    }

    private void SayThatItWaits(Exception fault)
    {
        if (TransientFaults.IsOfPooler(fault))
        {
            pooler.WithoutStatements();
        }
        else
        {
            LogMessages.ShardWaits(logger, Label, fault);
        }
    }

    private async Task SkipAsync(Exception cause, CancellationToken cancellationToken)
    {
        await NoteAsync(cause, cancellationToken).ConfigureAwait(false);
        _position = await connections.UseAsync(
            connection => work.SkipAsync(connection, _position, mark.Value, cause, cancellationToken), cancellationToken).ConfigureAwait(false);
        DaemonMetrics.DeadLetter(Name);
        LogMessages.DeadLetter(logger, Label, _position, cause);
    }

    private async Task FailAsync(Exception cause, CancellationToken cancellationToken)
    {
        _isStopped = true;
        LogMessages.ShardFailed(logger, Label, _position, cause);
        await connections.UseAsync(
            connection => states.FailAsync(connection, Name, _position, StorableText.Of(cause.Message, ShardWork.LongestError), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private Task NoteAsync(Exception cause, CancellationToken cancellationToken) => connections.UseAsync(
        connection => states.NoteAsync(connection, Name, _position, StorableText.Of(cause.Message, ShardWork.LongestError), cancellationToken), cancellationToken);

    private Task DelayAsync(TimeSpan first, int before, TimeSpan longest, CancellationToken cancellationToken) =>
        Task.Delay(
            TimeSpan.FromTicks((long)Math.Min(first.Ticks * Math.Pow(2, Math.Min(before, 30)), longest.Ticks)), timeProvider, cancellationToken);
}
