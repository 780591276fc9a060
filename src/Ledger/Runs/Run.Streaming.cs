using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Ledger.Runs;

namespace Ledger;

/// <content>Calls whose answer arrives in parts.</content>
public sealed partial class Run
{
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5);

    /// <summary>Makes a call whose answer arrives in parts, and records it as one answer at its end, unless the history already has its answer.</summary>
    /// <remarks>
    /// The rules are those of <see cref="CallAsync(string, JsonElement, Func{CallContext, CancellationToken, Task{CallResponse}}, CallOptions?, CancellationToken)"/>.
    /// Parts pass through as they arrive. A reader that stops early stops the call, which then counts as failed unless it had ended; a call that throws midway
    /// has failed too, and its parts are not an answer. The answer is recorded before the stream ends. A reader that takes no part of a long answer for
    /// <see cref="AgentLedgerOptions.CallLease"/>, because it was not disposed, counts as gone: the call is stopped.
    /// </remarks>
    /// <typeparam name="T">The type of a part.</typeparam>
    /// <param name="kind">What is called.</param>
    /// <param name="request">What it is asked: JSON.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="combine">Makes one response of all parts.</param>
    /// <param name="replay">Makes parts of a recorded answer.</param>
    /// <param name="options">How the call is answered and repeated; null for the defaults of the kind.</param>
    /// <param name="copy">Copies a part before the reader gets it, if readers may change parts: the copy is what is combined. Null for parts that do not change.</param>
    /// <param name="onAnswer">Is told of the answer once it is recorded or found; null for no one.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async IAsyncEnumerable<T> CallStreamingAsync<T>(
        string kind,
        JsonElement request,
        Func<CallContext, CancellationToken, IAsyncEnumerable<T>> call,
        Func<IReadOnlyList<T>, CallResponse> combine,
        Func<CallAnswer, IEnumerable<T>> replay,
        CallOptions? options = null,
        Func<T, T>? copy = null,
        Action<CallAnswer>? onAnswer = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(combine);
        ArgumentNullException.ThrowIfNull(replay);
        var parts = Channel.CreateBounded<T>(new BoundedChannelOptions(16) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isWhole = false;
        var hasParts = false;
        var isMade = false;

        // With a log in memory this makes the call at once.
        var answering = AnswerAsync();
        try
        {
            await foreach (var part in parts.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                hasParts = true;
                yield return part;
            }

            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                // A call that does not obey its token is left alone after a while; what becomes of it is recorded when it ends.
                await stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(answering, Task.Delay(LongestFarewell, _ledger.TimeProvider, CancellationToken.None)).ConfigureAwait(false);
                _ = answering.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        var answer = await answering.ConfigureAwait(false);
        onAnswer?.Invoke(answer);
        if (!hasParts && (answer.IsFromLog || !isMade))
        {
            foreach (var part in replay(answer))
            {
                yield return part;
            }
        }

        async Task<CallAnswer> AnswerAsync()
        {
            try
            {
                return await CallAsync(kind, request, MakeAsync, options, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                parts.Writer.Complete();
            }
        }

        async Task<CallResponse> MakeAsync(CallContext context, CancellationToken token)
        {
            isMade = true;
            var all = new List<T>();
            await foreach (var part in call(context, token).ConfigureAwait(false))
            {
                all.Add(copy is null ? part : copy(part));
                if (!parts.Writer.TryWrite(part))
                {
                    await WaitForReaderAsync(part, token).ConfigureAwait(false);
                }
            }

            return combine(all);
        }

        // One that was never disposed, and is read no more, would hold its call and the heartbeats for it as long as the process lives.
        async Task WaitForReaderAsync(T part, CancellationToken token)
        {
            using var patience = new CancellationTokenSource(_ledger.Options.CallLease, _ledger.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(token, patience.Token);
            try
            {
                await parts.Writer.WriteAsync(part, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (patience.IsCancellationRequested && !token.IsCancellationRequested)
            {
                throw new TimeoutException($"No part of the answer was read for {_ledger.Options.CallLease}, so its reader counts as gone.", e);
            }
        }
    }
}
