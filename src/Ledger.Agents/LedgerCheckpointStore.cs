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
/// <item>Events of others in a session's run change nothing: only a checkpoint makes the next one a branch.</item>
/// <item>Checkpoints are listed in the order in which they were committed.</item>
/// </list>
/// <para>Safe for concurrent use, also by several processes: of two that continue from one checkpoint, the second gets the branch.</para>
/// </remarks>
/// <param name="ledger">The runs and branches.</param>
public sealed class LedgerCheckpointStore(AgentLedger ledger) : JsonCheckpointStore
{
    // Each branch that is left empty is used by the next, so one is among the last.
    private const int MostSearched = 8;

    // The version of a branch that has nothing but its beginning.
    private static readonly StreamVersion Forked = new(1);

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
        var root = StreamOf(sessionId);
        var id = Guid.CreateVersion7();
        var before = parent is null ? null : await FindAsync(sessionId, parent).ConfigureAwait(false);
        var stream = before?.Stream ?? root;
        var saved = new NewEvent(new UntypedEvent(CheckpointSaved.EventType, new CheckpointSaved(sessionId, before?.Id, value.GetRawText()).ToElement()))
        {
            Id = id,
            CorrelationId = root.Value,
        };
        if (!await AppendAfterAsync(stream, before?.Version ?? StreamVersion.Empty, saved).ConfigureAwait(false))
        {
            // Another went on from there before.
            var history = await ledger.OpenAsync(stream).ConfigureAwait(false);
            var at = before is null ? Position.Start : history.History.LengthAt(before.Version);
            await AppendToBranchAsync(history, at, $"from {parent?.CheckpointId ?? "the start"}", saved).ConfigureAwait(false);
        }

        return new CheckpointInfo(sessionId, id.ToString("N"));
    }

    /// <summary>Appends to a stream unless it has another checkpoint after a version; events of others do not count.</summary>
    private async Task<bool> AppendAfterAsync(StreamName stream, StreamVersion version, NewEvent saved)
    {
        while (true)
        {
            try
            {
                await ledger.Store.AppendAsync(stream, ExpectedVersion.Exactly(version), [saved]).ConfigureAwait(false);
                return true;
            }
            catch (WrongExpectedVersionException conflict) when (conflict.Actual > version)
            {
                await foreach (var later in ledger.Store.ReadForwardAsync(stream, new StreamVersion(version.Value + 1)).ConfigureAwait(false))
                {
                    if (later.Type == CheckpointSaved.EventType)
                    {
                        return false;
                    }

                    version = later.Version;
                }
            }
        }
    }

    // A branch is forked and then written to; one that was left empty in between, by a process that ended there, is used.
    private async Task AppendToBranchAsync(Run parent, Position at, string name, NewEvent saved)
    {
        var siblings = new List<StreamName>();
        await foreach (var branch in ledger.Store.ListBranchesAsync(parent.StreamName).ConfigureAwait(false))
        {
            if (branch.Parent == parent.StreamName && branch.ForkPosition == at && branch.Name == name)
            {
                siblings.Add(branch.Stream);
            }
        }

        foreach (var sibling in siblings.TakeLast(MostSearched).Reverse())
        {
            if (await ledger.Store.GetStreamAsync(sibling).ConfigureAwait(false) is { } found && found.Version == Forked
                && await TryAppendAsync(sibling).ConfigureAwait(false))
            {
                return;
            }
        }

        while (!await TryAppendAsync((await parent.ForkAsync(at, new ForkOptions { Name = name }).ConfigureAwait(false)).StreamName).ConfigureAwait(false))
        {
            // Another found the branch while it was empty.
        }

        async Task<bool> TryAppendAsync(StreamName branch)
        {
            try
            {
                await ledger.Store.AppendAsync(branch, ExpectedVersion.Exactly(Forked), [saved]).ConfigureAwait(false);
                return true;
            }
            catch (WrongExpectedVersionException)
            {
                return false;
            }
        }
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
