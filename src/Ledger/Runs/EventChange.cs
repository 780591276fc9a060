using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>Creates a branch that begins with other data in the place of an event.</summary>
internal sealed class EventChange(Run run, IEventStore store)
{
    // These say what a branch is made of, and would say it wrongly elsewhere.
    private static readonly string[] Structure = ["branch.created", "branch.merged", "branch.picked", "branch.rebased"];

    public async Task<ChangedFork> RunAsync(Position position, JsonElement data, ForkOptions options, CancellationToken cancellationToken)
    {
        if (data.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The data of an event must be JSON, but the element is undefined.", nameof(data));
        }

        var replaced = await FindAsync(position, cancellationToken).ConfigureAwait(false);
        if (Structure.Contains(replaced.Type, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"The event at position {position} of '{run.StreamName}' is '{replaced.Type}', which describes the branch and cannot be changed. Fork before it instead.", nameof(position));
        }

        var fork = options with { Id = options.Id ?? Guid.CreateVersion7().ToString() };
        var changed = new NewEvent(new UntypedEvent(replaced.Type, data), MetadataOf(replaced, options.Metadata))
        {
            Id = ChangedFork.IdOf(StreamName.Branch(fork.Id), replaced.Id),
        };
        await CheckAsync(changed, position, cancellationToken).ConfigureAwait(false);
        var (branch, length) = await run.ForkAsync(position, fork, [changed], cancellationToken).ConfigureAwait(false);
        return new ChangedFork(branch, replaced, changed.IdIn(branch.StreamName), new Position(length.Value - 1));
    }

    private async Task<RecordedEvent> FindAsync(Position position, CancellationToken cancellationToken)
    {
        Position? next = position.Value == long.MaxValue ? null : new Position(position.Value + 1);
        await foreach (var recorded in run.ReadAsync(position, next, cancellationToken).ConfigureAwait(false))
        {
            return recorded;
        }

        throw new PositionOutOfRangeException(run.StreamName, position, await run.GetLengthAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task CheckAsync(NewEvent changed, Position position, CancellationToken cancellationToken)
    {
        var written = store.Registry.Write(changed);
        var batch = WorldEventBatch.Of([(written.Type, written.Json)]);
        IReadOnlySet<string> present = new HashSet<string>();
        if (batch.Needed.Count > 0)
        {
            var worlds = store.Get<IWorldReader>() ?? new FoldingWorldReader(store);
            present = (await worlds.FindPresentAsync(run.History.Whole ?? run.History, batch.Needed, position, cancellationToken).ConfigureAwait(false)).Ids;
        }

        if (batch.FindFault(present) is { } fault)
        {
            var skipped = new SkippedEvent(position, changed.Id, changed.Metadata.ForeignId, written.Type, fault.Fault, fault.Reason);
            throw new WorldFaultException(skipped, run.StreamName, fault.ObjectId);
        }
    }

    // Who made a call and how long it took is not so of the changed one. A response keeps the key of its request, which is unchanged; a request has another one.
    private static EventMetadata MetadataOf(RecordedEvent replaced, EventMetadata metadata)
    {
        var headers = new Dictionary<string, JsonElement>(metadata.Headers);
        foreach (var (name, value) in replaced.Metadata.Headers)
        {
            if (!CallEventForm.IsOwn(name) || (name == CallEventForm.HashHeader && CallEventForm.IsResponse(replaced.Type)))
            {
                headers.TryAdd(name, value);
            }
        }

        headers[ChangedFork.Header] = JsonText.ToElement(replaced.Id.ToString());
        return metadata with
        {
            Causes = replaced.Metadata.Causes,
            ForeignCauses = replaced.Metadata.ForeignCauses,
            ForeignId = replaced.Metadata.ForeignId,
            Headers = headers,
        };
    }
}
