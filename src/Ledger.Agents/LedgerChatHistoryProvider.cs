using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Ledger.Agents;

/// <summary>Keeps the conversation of an agent of the Agent Framework in a run: each message is an event <c>chat.message</c>.</summary>
/// <remarks>
/// <para>A session stores the name of its run or branch in its state, so that it continues where it was after serialization, and can be pointed at a branch:
/// <see cref="Attach"/>. The messages of one turn, requests and answers, are one append. A failed turn stores nothing.</para>
/// <para>What PostgreSQL cannot store, such as U+0000, is replaced, and the event's header <c>response_altered</c> lists it. Contents without a JSON form are left
/// out. Every read returns new copies. Safe for concurrent use by different sessions.</para>
/// </remarks>
public sealed class LedgerChatHistoryProvider : ChatHistoryProvider
{
    private const string EventType = "chat.message";

    private readonly AgentLedger _ledger;
    private readonly ProviderSessionState<State> _state;

    /// <summary>Stores conversations in a ledger.</summary>
    /// <param name="ledger">The runs and branches.</param>
    /// <param name="runOf">The run of a new session; null for a new run each.</param>
    public LedgerChatHistoryProvider(AgentLedger ledger, Func<AgentSession?, string>? runOf = null)
        : base(null, null, null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        _ledger = ledger;
        _state = new ProviderSessionState<State>(
            session => new State { Stream = StreamName.Run(runOf?.Invoke(session) ?? Guid.CreateVersion7().ToString()).Value },
            nameof(LedgerChatHistoryProvider),
            AgentHistoryJson.Default.Options);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateKeys => [_state.StateKey];

    /// <summary>The stream in which a session's messages are.</summary>
    public StreamName StreamOf(AgentSession session) => new(_state.GetOrInitializeState(session).Stream);

    /// <summary>Points a session at a run or branch: its conversation is that of the history, and continues there.</summary>
    public void Attach(AgentSession session, StreamName stream) => _state.SaveState(session, new State { Stream = stream.Value });

    /// <inheritdoc/>
    protected override async ValueTask<IEnumerable<ChatMessage>> ProvideChatHistoryAsync(InvokingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var messages = new List<ChatMessage>();
        if (await _ledger.FindAsync(new StreamName(_state.GetOrInitializeState(context.Session).Stream), cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return messages;
        }

        await foreach (var recorded in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (recorded.Type == EventType
                && recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data
                && data.TryGetProperty("message", out var message))
            {
                messages.Add(AgentJson.Read<ChatMessage>(message)!);
            }
        }

        return messages;
    }

    /// <inheritdoc/>
    protected override async ValueTask StoreChatHistoryAsync(InvokedContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        object[] events = [.. context.RequestMessages.Concat(context.ResponseMessages ?? []).Select(EventOf)];
        if (events.Length == 0)
        {
            return;
        }

        var stream = new StreamName(_state.GetOrInitializeState(context.Session).Stream);
        var run = await _ledger.FindAsync(stream, cancellationToken).ConfigureAwait(false) ?? _ledger.GetStream(stream);
        await run.AppendAsync(events, cancellationToken).ConfigureAwait(false);
    }

    private static NewEvent EventOf(ChatMessage message)
    {
        var json = new JsonObject { ["role"] = message.Role.Value, ["text"] = message.Text, ["message"] = AgentJson.WholeNodeOf(message) };
        var data = AgentJson.Storable(json, out var altered);
        var metadata = new EventMetadata { Actor = message.AuthorName };
        return new NewEvent(
            new UntypedEvent(EventType, data),
            altered is null
                ? metadata
                : metadata with { Headers = new Dictionary<string, JsonElement> { [AlteredAnswerForm.Header] = AlteredAnswerForm.ToElement(altered) } });
    }

    internal sealed class State
    {
        public string Stream { get; set; } = "";
    }
}
