using System.Runtime.CompilerServices;
using System.Text;

namespace Ledger.Tasks;

public sealed partial class TaskLedger
{
    /// <summary>Passes the pieces of a message on as they come, and saves the message when they end.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>The stream ends: one message is saved with all pieces, and the time of the last one.</item>
    /// <item>It fails, is cancelled, or the taker stops: nothing is saved, or what had arrived, marked, as the options say; the exception
    /// goes on to the taker.</item>
    /// <item>The message cannot be saved: the exception comes behind the last piece.</item>
    /// </list>
    /// </remarks>
    /// <param name="taskId">The task in which it is said.</param>
    /// <param name="role">Who says it.</param>
    /// <param name="chunks">The pieces; none of them is kept back.</param>
    /// <param name="options">The message's id, and what becomes of one that breaks off; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the stream.</param>
    /// <exception cref="UnknownReferenceException">There is no such task.</exception>
    /// <exception cref="MessageExistsException">A message of the id is saved already.</exception>
    public async IAsyncEnumerable<string> AccumulateAsync(
        string taskId,
        MessageRole role,
        IAsyncEnumerable<string> chunks,
        AccumulateOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        options ??= new AccumulateOptions();
        var content = new StringBuilder();
        var message = new Message
        {
            Id = options.MessageId ?? Guid.CreateVersion7().ToString(),
            TaskId = taskId,
            Role = role,
            Content = "",
            Timestamp = _timeProvider.GetUtcNow(),
        };
        var isWhole = false;
        try
        {
            await foreach (var chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                content.Append(chunk);
                message = message with { Timestamp = _timeProvider.GetUtcNow() };
                yield return chunk;
            }

            cancellationToken.ThrowIfCancellationRequested();
            isWhole = true;
        }
        finally
        {
            if (!isWhole && options.Interruption == Interruption.SaveMarked && content.Length > 0)
            {
                await SaveInterruptedAsync(message with { Content = content.ToString(), Interrupted = true }, options).ConfigureAwait(false);
            }
        }

        await SaveAsync(message with { Content = content.ToString() }, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task SaveAsync(Message message, AccumulateOptions options, CancellationToken cancellationToken)
    {
        await SaveMessageAsync(message, cancellationToken).ConfigureAwait(false);
        options.Saved?.Invoke(message);
    }

    // The reason of the interruption is what the taker must hear, and not that nothing could be saved either.
    private async Task SaveInterruptedAsync(Message message, AccumulateOptions options)
    {
        try
        {
            await SaveAsync(message, options, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, it must not take the place of what is being thrown.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogMessages.InterruptedMessageNotSaved(_logger, fault, message.Id, message.TaskId);
        }
    }
}
