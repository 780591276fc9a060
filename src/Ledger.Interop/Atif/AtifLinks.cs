using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.Atif;

/// <summary>What a trajectory is called, and the ones in other files that it names.</summary>
/// <param name="Run">The id of the run that it becomes.</param>
/// <param name="Names">Its <c>trajectory_id</c> and <c>session_id</c>.</param>
/// <param name="References">The others.</param>
/// <remarks>
/// Files come in any order, in one import or in several. The run that names another one has an event <c>recording.reference</c>, whose id is made of the name, so that a later import of the other
/// finds it; when the log has both, each has an event <c>recording.linked</c> with the other's run. All of them are written once.
/// </remarks>
internal sealed record AtifLinks(string Run, IReadOnlyList<string> Names, IReadOnlyList<AtifReference> References)
{
    private const string Started = "recording.started";
    private const int IdsAtOnce = 500;
    private const int Reach = 1_000_000;

    // The file may have its run's name, as it has by default.
    private IEnumerable<string> Keys => Names.Select(AtifReference.KeyOfName).Append(AtifReference.KeyOfFile(Run));

    /// <summary>Links runs that are in the log.</summary>
    public static async Task WriteAsync(AgentLedger ledger, IReadOnlyList<AtifLinks> all, CancellationToken cancellationToken)
    {
        foreach (var own in all)
        {
            // A trajectory that is named again is the same one, and to look for one by its name takes long.
            foreach (var reference in own.References.DistinctBy(reference => (reference.Relation, reference.Name, reference.File)))
            {
                await own.ReferAsync(ledger, reference, cancellationToken).ConfigureAwait(false);
            }
        }

        // Those that name these trajectories.
        foreach (var part in all.SelectMany(own => own.Keys.Select(key => (Own: own, Id: IdOf(key)))).Chunk(IdsAtOnce))
        {
            var owners = part.ToLookup(pair => pair.Id, pair => pair.Own);
            foreach (var found in await ledger.Store.FindEventsAsync([.. owners.Select(owner => owner.Key)], cancellationToken).ConfigureAwait(false))
            {
                var data = found.ToJsonElement();
                foreach (var own in owners[found.Id])
                {
                    if (data.Text("relation") is { } relation && found.Stream != StreamName.Run(own.Run))
                    {
                        await LinkAsync(ledger, found.Stream.Id, own.Run, relation, found.Metadata.ForeignCauses, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private async Task ReferAsync(AgentLedger ledger, AtifReference reference, CancellationToken cancellationToken)
    {
        var data = new JsonObject { ["relation"] = reference.Relation };
        if (reference.Name is { } name)
        {
            data["trajectory"] = name;
        }

        if (reference.File is { } file)
        {
            data["file"] = file;
        }

        try
        {
            await AppendAsync(ledger, Run, new NewEvent(
                new UntypedEvent(RecordingEnd.ReferenceType, RecordedJson.ToElement(data)),
                new EventMetadata { Actor = Conversation.Environment, Source = RecordingFormat.Atif.Name, ForeignCauses = [reference.EventId] }) { Id = IdOf(reference.Key) }, cancellationToken).ConfigureAwait(false);
        }
        catch (EventIdInUseException)
        {
            // Another run, or another event of this one, names the same trajectory: a later import of that one finds the first.
        }

        if (await FindAsync(ledger, reference, cancellationToken).ConfigureAwait(false) is { } other)
        {
            await LinkAsync(ledger, Run, other, reference.Relation, [reference.EventId], cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task LinkAsync(AgentLedger ledger, string run, string other, string relation, IReadOnlyList<string> causes, CancellationToken cancellationToken)
    {
        await AppendAsync(ledger, run, LinkOf(relation, other, causes), cancellationToken).ConfigureAwait(false);
        await AppendAsync(ledger, other, LinkOf($"{relation}_of", run, []), cancellationToken).ConfigureAwait(false);
    }

    private static NewEvent LinkOf(string relation, string run, IReadOnlyList<string> causes) => new(
        new UntypedEvent(RecordingEnd.LinkType, RecordedJson.ToElement(new JsonObject { ["relation"] = relation, ["run"] = run })),
        new EventMetadata { Actor = Conversation.Environment, Source = RecordingFormat.Atif.Name, ForeignId = $"linked {relation} {run}", ForeignCauses = causes });

    private static async Task AppendAsync(AgentLedger ledger, string run, NewEvent item, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.GetRun(run).AppendAsync([item], cancellationToken).ConfigureAwait(false);
        }
        catch (StreamArchivedException)
        {
            // It takes no events any more; the other one has the link.
        }
    }

    // By the name of its file, which is the id of its run by default, else by its names.
    private async Task<string?> FindAsync(AgentLedger ledger, AtifReference reference, CancellationToken cancellationToken)
    {
        if (reference.File is { } file && file != Run && Log.TextRules.FaultOf(file) is null && StartedOf(new StreamName($"run:{file}")) is { } id)
        {
            foreach (var started in await ledger.Store.FindEventsAsync([id], cancellationToken).ConfigureAwait(false))
            {
                if (started.Metadata.Source == RecordingFormat.Atif.Name && (reference.Name is null || IsOf(started, reference.Name)))
                {
                    return file;
                }
            }
        }

        return reference.Name is { } name
            ? await SearchAsync(ledger, "trajectory_id", name, cancellationToken).ConfigureAwait(false) ?? await SearchAsync(ledger, "session_id", name, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private async Task<string?> SearchAsync(AgentLedger ledger, string member, string name, CancellationToken cancellationToken)
    {
        var search = LogSearch.Of(ledger.Store);
        var query = new LogQuery { Prefix = "run:", Types = [Started], Where = DataCondition.Parse($"{member}={name}"), Reach = Reach };
        while (true)
        {
            var page = await search.SearchAsync(query, cancellationToken).ConfigureAwait(false);
            if (page.Events.FirstOrDefault(started => started.Metadata.Source == RecordingFormat.Atif.Name && started.Stream.Id != Run && IsOf(started, name)) is { } found)
            {
                return found.Stream.Id;
            }

            if (page.Next is null)
            {
                return null;
            }

            query = query with { Before = page.Next };
        }
    }

    private static bool IsOf(RecordedEvent started, string name) =>
        started.ToJsonElement() is var data && (data.Text("trajectory_id") == name || data.Text("session_id") == name);

    private static Guid? StartedOf(StreamName stream) => stream.FaultAsNew is null ? EventIds.FromForeign(stream, "started") : null;

    private static Guid IdOf(string key) => EventIds.FromForeign(default, $"atif reference\n{key}");
}
