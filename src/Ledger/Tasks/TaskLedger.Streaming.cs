using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Tasks;

public sealed partial class TaskLedger
{
    private const string AlteredHeader = "content_altered";

    /// <summary>Passes the pieces of a message on as they come, and saves the message when they end.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>The stream ends: one message is saved with all pieces, and the time of the last one.</item>
    /// <item>It fails, is cancelled, or the reader stops: depending on the options, nothing is saved, or the text so far, marked; the exception reaches the
    /// reader.</item>
    /// <item>The text cannot be stored, because it has U+0000 or half a surrogate pair or is too long: the pieces are passed on as they come, and the nearest
    /// text that can be stored is saved. The header <c>content_altered</c> of its event lists what was replaced or cut, with hash and length.</item>
    /// <item>The message cannot be saved for another reason: the exception comes after the last piece.</item>
    /// </list>
    /// </remarks>
    /// <param name="taskId">The task in which it is said.</param>
    /// <param name="role">Who says it.</param>
    /// <param name="chunks">The pieces; none of them is held back.</param>
    /// <param name="options">The message's id, and how to treat an interrupted message; null for the defaults.</param>
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
        var saved = message;
        object saving;
        if (IsStorable(message.Content))
        {
            saving = TaskEventForm.Of(message);
        }
        else
        {
            var (content, altered) = StorableAnswer.Of(JsonText.ToElementAsItIs(message.Content));
            saved = message with { Content = content.GetString()! };
            saving = new NewEvent(TaskEventForm.Of(saved), new EventMetadata
            {
                Headers = new Dictionary<string, JsonElement> { [AlteredHeader] = AlteredAnswerForm.ToElement(altered) },
            });
        }

        await AppendAsync(message.TaskId, [saving], cancellationToken).ConfigureAwait(false);
        options.Saved?.Invoke(saved);
    }

    private static bool IsStorable(string content) =>
        ReferenceEquals(StorableText.Of(content), content) && StorableText.Fits(content, StorableAnswer.MostBytes);

    // The reader must see the reason of the interruption, not that saving failed as well.
    private async Task SaveInterruptedAsync(Message message, AccumulateOptions options)
    {
        try
        {
            await SaveAsync(message, options, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // No failure here may replace the exception being thrown.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogMessages.InterruptedMessageNotSaved(_logger, fault, message.Id, message.TaskId);
        }
    }
}
