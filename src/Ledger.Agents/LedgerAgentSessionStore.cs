using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Agents.Sessions;
using Ledger.Events;
using Ledger.Log;
using Microsoft.Agents.AI;

namespace Ledger.Agents;

/// <summary>Keeps the sessions of agents of the Agent Framework as events: a session is a run, and each save an event <c>session.saved</c>.</summary>
/// <remarks>
/// <list type="number">
/// <item>The session that was saved last is returned, each time as an object of its own. What was saved before stays in the log.</item>
/// <item>A session is identified by its id and all partitions of its key. The partitions are labels in each event; with the log of a partition, which a constructor takes, one
/// of them is the tenant, in whose log the session is.</item>
/// <item>The agent is not part of the identity: two agents that are given one key share its session, and the last save counts. To keep them apart, give each
/// a partition with its name, as <c>key.WithPartition("agent", agent.Name)</c>.</item>
/// <item>A deleted session gets an event <c>session.deleted</c>; it is no longer returned, and may be saved again.</item>
/// </list>
/// <para>A conversation kept by a <see cref="LedgerChatHistoryProvider"/> is not part of the session: its run has a session's events apart from its messages.</para>
/// <para>Safe for concurrent use, also by several processes; of two saves at once the one that was written last counts.</para>
/// <para>The framework marks its contract as experimental, and so is this class.</para>
/// </remarks>
[Experimental("MAAI001")]
public sealed class LedgerAgentSessionStore : AgentSessionStore
{
    private const string Prefix = "session-";

    private readonly Func<AgentSessionStoreKey, CancellationToken, ValueTask<AgentLedger>> _ledgerOf;

    /// <summary>Keeps all sessions in one log.</summary>
    /// <param name="ledger">The runs.</param>
    public LedgerAgentSessionStore(AgentLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        _ledgerOf = (_, _) => ValueTask.FromResult(ledger);
    }

    /// <summary>Keeps each session in the log of the tenant that a partition of its key names.</summary>
    /// <remarks>A key without that partition is refused with an <see cref="ArgumentException"/>, so that no session lands in a log by mistake. The partition must come from who signed in, not from what a client sends.</remarks>
    /// <param name="ledgerOf">The runs of a tenant, by its name, such as those of <c>TenantLedgers.ForTenantAsync</c>; called for each call. Its exceptions go to the caller.</param>
    /// <param name="partition">The name of the partition. Default: <c>tenant</c>.</param>
    public LedgerAgentSessionStore(Func<string, CancellationToken, ValueTask<AgentLedger>> ledgerOf, string partition = "tenant")
    {
        ArgumentNullException.ThrowIfNull(ledgerOf);
        ArgumentException.ThrowIfNullOrEmpty(partition);
        _ledgerOf = (key, cancellationToken) => key.Partitions is { } partitions && partitions.TryGetValue(partition, out var tenant) && tenant.Length > 0
            ? ledgerOf(tenant, cancellationToken)
            : throw new ArgumentException($"The key of session '{key.SessionId}' has no partition '{partition}', which says whose it is. Nothing was read or written.");
    }

    /// <summary>The stream of a session's run.</summary>
    /// <param name="key">The session.</param>
    public static StreamName StreamOf(AgentSessionStoreKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var id = key.SessionId;
        if (key.Partitions is { Count: > 0 } partitions)
        {
            id += $"-{HashOf(SessionSaved.Labels(partitions))[..16]}";
        }

        var most = StreamName.MaxLength - StreamName.Run(Prefix).Value.Length;
        return StreamName.Run(Prefix + (id.Length <= most ? id : HashOf(id)));
    }

    /// <summary>Saves a session.</summary>
    /// <param name="agent">The agent that owns it.</param>
    /// <param name="key">Its id and partitions.</param>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Stops waiting; the session is then saved or not.</param>
    public override async ValueTask SaveSessionAsync(
        AIAgent agent, AgentSessionStoreKey key, AgentSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(session);
        var state = await agent.SerializeSessionAsync(session, cancellationToken: cancellationToken).ConfigureAwait(false);
        var saved = new SessionSaved(key.SessionId, key.Partitions, state.GetRawText());
        await AppendAsync(agent, key, new UntypedEvent(SessionSaved.EventType, saved.ToElement()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a session; null if none was saved, or it was deleted.</summary>
    /// <param name="agent">The agent that owns it.</param>
    /// <param name="key">Its id and partitions.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public override async ValueTask<AgentSession?> GetSessionAsync(AIAgent agent, AgentSessionStoreKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return await FindAsync(key, cancellationToken).ConfigureAwait(false) is { State: { } state }
            ? await agent.DeserializeSessionAsync(JsonElement.Parse(state), cancellationToken: cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Deletes a session; one that does not exist stays so.</summary>
    /// <param name="agent">The agent that owns it.</param>
    /// <param name="key">Its id and partitions.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public override async ValueTask DeleteSessionAsync(AIAgent agent, AgentSessionStoreKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is { State: not null })
        {
            var deleted = new SessionSaved(key.SessionId, key.Partitions, null);
            await AppendAsync(agent, key, new UntypedEvent(SessionSaved.DeletedType, deleted.ToElement()), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AppendAsync(AIAgent agent, AgentSessionStoreKey key, UntypedEvent made, CancellationToken cancellationToken)
    {
        var stream = StreamOf(key);
        var saved = new NewEvent(made, new EventMetadata { Actor = agent.Name }) { CorrelationId = stream.Value };
        var ledger = await _ledgerOf(key, cancellationToken).ConfigureAwait(false);
        await ledger.Store.AppendAsync(stream, ExpectedVersion.Any, [saved], cancellationToken).ConfigureAwait(false);
    }

    // The last event alone is read first, because each holds a whole session. The run may have events of others.
    private async Task<SessionSaved?> FindAsync(AgentSessionStoreKey key, CancellationToken cancellationToken)
    {
        var stream = StreamOf(key);
        var store = (await _ledgerOf(key, cancellationToken).ConfigureAwait(false)).Store;
        if (await store.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false) is not { Version: var last })
        {
            return null;
        }

        return await FindAsync(store, key, stream, last, last, cancellationToken).ConfigureAwait(false)
            ?? await FindAsync(store, key, stream, last, StreamVersion.Empty, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SessionSaved?> FindAsync(
        IEventStore store, AgentSessionStoreKey key, StreamName stream, StreamVersion from, StreamVersion to, CancellationToken cancellationToken)
    {
        await foreach (var recorded in store.ReadBackwardAsync(stream, from, to, cancellationToken).ConfigureAwait(false))
        {
            if (SessionSaved.Read(recorded) is { } saved && saved.IsOf(key))
            {
                return saved;
            }
        }

        return null;
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
