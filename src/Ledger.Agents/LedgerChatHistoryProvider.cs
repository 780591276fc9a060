using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ledger.Agents.Conversations;
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
/// <para>A turn that was stored and is run again, because the program ended before the session was saved, is stored once. It is recognized by the id and
/// the contents of its last message from outside or, without ids, by its place: the state of a session has how far its conversation went, and there the log has the same
/// request. If the answer is another one this time, the session goes on on a branch, which is named after the turn, so that both are kept. An id that is used again with
/// other contents is that of a new turn.</para>
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
            session => runOf?.Invoke(session) is { } named
                ? new State { Stream = StreamName.Run(named).Value }
                : new State { Stream = StreamName.Run(Guid.CreateVersion7().ToString()).Value, Length = 0 },
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
        var state = _state.GetOrInitializeState(context.Session);
        state.Repeated = null;
        var messages = new List<ChatMessage>();
        if (await _ledger.FindAsync(new StreamName(state.Stream), cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return messages;
        }

        var turn = StoredTurn.Of(context.RequestMessages);
        var end = Position.Start;
        var isPast = false;
        await foreach (var recorded in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            var position = recorded.Position!.Value;
            end = new Position(position.Value + 1);
            if (recorded.Type != EventType
                || recorded.ToJsonElement() is not { ValueKind: JsonValueKind.Object } data
                || !data.TryGetProperty("message", out var message))
            {
                continue;
            }

            var isNext = !isPast && state.Length is { } length && position.Value >= length;
            isPast |= isNext;
            if (turn.IsRepetitionOf(recorded, isNext))
            {
                state.Repeated = position.Value;
                _state.SaveState(context.Session, state);
                return messages;
            }

            messages.Add(AgentJson.Read<ChatMessage>(message)!);
        }

        state.Length = end.Value;
        _state.SaveState(context.Session, state);
        return messages;
    }

    /// <inheritdoc/>
    protected override async ValueTask StoreChatHistoryAsync(InvokedContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ChatMessage[] messages = [.. context.RequestMessages, .. context.ResponseMessages ?? []];
        if (messages.Length == 0)
        {
            return;
        }

        var state = _state.GetOrInitializeState(context.Session);
        var stream = new StreamName(state.Stream);
        var run = await _ledger.FindAsync(stream, cancellationToken).ConfigureAwait(false) ?? _ledger.GetStream(stream);
        var turn = StoredTurn.Of(context.RequestMessages).With(messages);
        if (state.Repeated is { } at)
        {
            state.Repeated = null;
            var begin = new Position(at);
            if (await turn.IsStoredAsync(run, begin, cancellationToken).ConfigureAwait(false))
            {
                state.Length = at + messages.Length;
                _state.SaveState(context.Session, state);
                return;
            }

            run = await run.ForkAsync(begin, new ForkOptions { Name = $"turn at {begin} again" }, cancellationToken).ConfigureAwait(false);
            state.Stream = run.StreamName.Value;
        }

        object[] events = [.. messages.Select((m, i) => EventOf(m, i == 0 ? turn : null))];
        state.Length = (await run.AppendAsync(events, cancellationToken).ConfigureAwait(false)).Value;
        _state.SaveState(context.Session, state);
    }

    private static NewEvent EventOf(ChatMessage message, StoredTurn? turn)
    {
        var json = new JsonObject { ["role"] = message.Role.Value, ["text"] = message.Text, ["message"] = AgentJson.WholeNodeOf(message) };
        var data = AgentJson.Storable(json, out var altered);
        var headers = turn?.ToHeaders() ?? [];
        if (altered is not null)
        {
            headers.Add(AlteredAnswerForm.Header, AlteredAnswerForm.ToElement(altered));
        }

        return new NewEvent(new UntypedEvent(EventType, data), new EventMetadata { Actor = message.AuthorName, Headers = headers });
    }

    internal sealed class State
    {
        public string Stream { get; set; } = "";

        /// <summary>How far the conversation of the session went; null before its first turn on the stream.</summary>
        public long? Length { get; set; }

        /// <summary>Where the turn that is being run again was stored.</summary>
        [JsonIgnore]
        public long? Repeated { get; set; }
    }
}
