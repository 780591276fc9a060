using System.Text.Json;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

public sealed partial class Run
{
    private readonly CallLog _calls;

    /// <summary>Makes a call, unless this history, the shared prefix included, has the answer to the same request already.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Two requests are the same when kind and JSON are, by value: order of members and spelling of numbers do not count. To ask
    /// the same again on purpose, add a member that tells the calls apart.</item>
    /// <item>The history has a response: the first one is returned, nothing is called, and an event <c>call.answered</c> says what was
    /// saved. It does not matter how the response was recorded, if it names its request as a cause.</item>
    /// <item>It has none: the request is appended, the call is made, and the response is appended with its cost.</item>
    /// <item>The call throws, is cancelled, or gives no response: an event <c>call.failed</c> is appended and the exception
    /// goes to the caller. A failure is no answer; the next caller calls again.</item>
    /// <item>The call gives what cannot be stored, such as U+0000, half a surrogate pair or more than <see cref="PayloadRules.MaxBytes"/>: the
    /// caller gets it as it is, and the log the nearest form that can be stored, which answers later callers. <see cref="CallAnswer.Altered"/> tells what was
    /// replaced or cut, with hash and length of the original.</item>
    /// <item>Someone else is making the call: this waits for the outcome. Callers through one <see cref="AgentLedger"/> take turns;
    /// those of other processes are kept apart by the log, which has the request of each attempt once. One that gave no sign for
    /// <see cref="AgentLedgerOptions.CallLease"/> counts as gone, and the call is made again; should it come back, both responses are
    /// in the log, and the first counts.</item>
    /// </list>
    /// <para>The events of a model (<c>llm</c>) are <c>llm.request</c> and <c>llm.response</c>, those of a tool (<c>tool</c>)
    /// <c>tool.called</c> and <c>tool.returned</c>, all others <c>call.requested</c> and <c>call.returned</c>.</para>
    /// <para>Cost: the first call of a handle reads the whole history, later ones what was appended since; so keep the handle.</para>
    /// </remarks>
    /// <param name="kind">What is called: <c>llm</c>, <c>tool</c>, or a word of the application's.</param>
    /// <param name="request">What it is asked: JSON. For a tool <c>{"tool": …, "arguments": …}</c>.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="metadata">Who calls and why, for the event of the request; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting, and is given to the call. What a call gave is recorded all the same.</param>
    /// <exception cref="ArgumentException">The request is not JSON, or there is no kind.</exception>
    /// <exception cref="InvalidEventException">The request cannot be stored; no call was made.</exception>
    public Task<CallAnswer> CallOnceAsync(
        string kind,
        JsonElement request,
        Func<CancellationToken, Task<CallResponse>> call,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(call);
        if (request.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The request of a call must be JSON, and this is none: the element is undefined.", nameof(request));
        }

        // What cannot be stored is refused before it is hashed, and before anything is written.
        _ledger.Store.Registry.Write(new NewEvent(CallEventForm.Request(kind, request)));
        var key = CallKey.Of(kind, request);
        var once = new CallOnce(this, _calls, _ledger, key, request, metadata ?? EventMetadata.None);
        return _ledger.CallTurns.TakeAsync((StreamName, key), () => once.RunAsync(call, cancellationToken), cancellationToken);
    }

    /// <summary>Makes a call whose request is JSON text; see the other overload.</summary>
    /// <param name="kind">What is called.</param>
    /// <param name="request">What it is asked: JSON text. A plain question is JSON when it stands in quotes.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="metadata">Who calls and why, for the event of the request; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting, and is given to the call.</param>
    /// <exception cref="ArgumentException">The request is not JSON, or there is no kind.</exception>
    public Task<CallAnswer> CallOnceAsync(
        string kind,
        string request,
        Func<CancellationToken, Task<CallResponse>> call,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        JsonElement json;
        try
        {
            using var document = JsonDocument.Parse(request, new JsonDocumentOptions { MaxDepth = EventJson.ReaderOptions.MaxDepth });
            json = document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // What the parser says ends with its own count of lines and bytes.
            throw new ArgumentException(
                $"The request of a call must be JSON, and this is none: {e.Message.Split(" LineNumber:", 2)[0]} Put a plain text in quotes.", nameof(request), e);
        }

        return CallOnceAsync(kind, json, call, metadata, cancellationToken);
    }

    /// <summary>Adds up the calls of the history: how many were made, how many the log answered, what that cost and saved.</summary>
    /// <remarks>The first call of a handle reads the whole history, later ones what was appended since.</remarks>
    public Task<RunUsage> GetUsageAsync(CancellationToken cancellationToken = default) => _calls.ReadUsageAsync(cancellationToken);

    internal Task AppendOwnAsync(NewEvent newEvent, CancellationToken cancellationToken) => AppendAsync([newEvent], cancellationToken);
}
