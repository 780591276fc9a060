using System.Text.Json;
using Ledger.Agents.Checkpoints;
using Ledger.Events;
using Ledger.Log;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Agents.AI.Workflows.Checkpointing;

namespace Ledger.Agents;

/// <summary>Keeps the checkpoints of workflows of the Agent Framework as events: a session is a run, and a resume from an old checkpoint a branch.</summary>
/// <remarks>
/// <list type="number">
/// <item>A checkpoint is an event <c>checkpoint.saved</c>, whose id is that of the checkpoint: it is found by one look-up in an index, in any stream.</item>
/// <item>A checkpoint whose parent is the last of its run or branch is appended there. One whose parent is older starts a branch after the parent, named after
/// it, so that both continuations are kept and can be compared.</item>
/// <item>Checkpoints are listed in the order in which they were committed.</item>
/// </list>
/// <para>Safe for concurrent use, also by several processes: of two that continue from one checkpoint, the second gets the branch.</para>
/// </remarks>
/// <param name="ledger">The runs and branches.</param>
public sealed class LedgerCheckpointStore(AgentLedger ledger) : JsonCheckpointStore
{
    /// <summary>The stream of a session's run.</summary>
    /// <param name="sessionId">The session.</param>
    public static StreamName StreamOf(string sessionId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sessionId);
        return StreamName.Run($"workflow-{sessionId}");
    }

    /// <summary>Saves a checkpoint.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="value">The state of the workflow.</param>
    /// <param name="parent">The checkpoint that the workflow went on from; null for the first.</param>
    /// <exception cref="KeyNotFoundException">The session has no such parent.</exception>
    public override async ValueTask<CheckpointInfo> CreateCheckpointAsync(string sessionId, JsonElement value, CheckpointInfo? parent = null)
    {
        var stream = StreamOf(sessionId);
        var id = Guid.CreateVersion7();
        var before = parent is null ? null : await FindAsync(sessionId, parent).ConfigureAwait(false);
        var saved = new NewEvent(new UntypedEvent(CheckpointSaved.EventType, new CheckpointSaved(sessionId, before?.Id, value.GetRawText()).ToElement())) { Id = id };
        try
        {
            var expected = before is null ? ExpectedVersion.NoStream : ExpectedVersion.Exactly(before.Version);
            await ledger.Store.AppendAsync(before?.Stream ?? stream, expected, [saved with { CorrelationId = stream.Value }]).ConfigureAwait(false);
        }
        catch (WrongExpectedVersionException)
        {
            // Another went on from there before.
            var history = await ledger.OpenAsync(before?.Stream ?? stream).ConfigureAwait(false);
            var at = before is null ? Position.Start : history.History.LengthAt(before.Version);
            var branch = await history.ForkAsync(at, new ForkOptions { Name = $"from {parent?.CheckpointId ?? "the start"}" }).ConfigureAwait(false);
            await branch.AppendAsync([saved]).ConfigureAwait(false);
        }

        return new CheckpointInfo(sessionId, id.ToString("N"));
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="key">The checkpoint.</param>
    /// <exception cref="KeyNotFoundException">The session has no such checkpoint.</exception>
    public override async ValueTask<JsonElement> RetrieveCheckpointAsync(string sessionId, CheckpointInfo key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var recorded = await FindAsync(sessionId, key).ConfigureAwait(false);
        return JsonElement.Parse(CheckpointSaved.Read(recorded.Type, recorded.ToJsonElement())!.State);
    }

    /// <summary>Lists the checkpoints of a session, on all branches, in the order of their commit.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="withParent">Only those that went on from this one; null for all.</param>
    public override async ValueTask<IEnumerable<CheckpointInfo>> RetrieveIndexAsync(string sessionId, CheckpointInfo? withParent = null)
    {
        var root = StreamOf(sessionId);
        var streams = new List<StreamName> { root };
        await foreach (var branch in ledger.Store.ListBranchesAsync(root).ConfigureAwait(false))
        {
            streams.Add(branch.Stream);
        }

        var found = new List<(SequenceNumber Sequence, CheckpointInfo Info)>();
        foreach (var stream in streams)
        {
            await foreach (var recorded in ledger.Store.ReadForwardAsync(stream).ConfigureAwait(false))
            {
                if (recorded.Type == CheckpointSaved.EventType
                    && CheckpointSaved.Read(recorded.Type, recorded.ToJsonElement()) is { } saved
                    && (withParent is null || (saved.Parent is { } parent && Guid.TryParse(withParent.CheckpointId, out var wanted) && wanted == parent)))
                {
                    found.Add((recorded.Sequence, new CheckpointInfo(sessionId, recorded.Id.ToString("N"))));
                }
            }
        }

        return [.. found.OrderBy(f => f.Sequence.Value).Select(f => f.Info)];
    }

    private async Task<RecordedEvent> FindAsync(string sessionId, CheckpointInfo key)
    {
        if (Guid.TryParse(key.CheckpointId, out var id)
            && await ledger.Store.FindEventsAsync([id]).ConfigureAwait(false) is [var recorded]
            && CheckpointSaved.Read(recorded.Type, recorded.ToJsonElement()) is { } saved
            && saved.Session == sessionId)
        {
            return recorded;
        }

        throw new KeyNotFoundException($"Session '{sessionId}' has no checkpoint '{key.CheckpointId}'.");
    }
}
