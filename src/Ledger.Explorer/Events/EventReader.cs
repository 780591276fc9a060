using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Rerunning;
using Ledger.Explorer.Seals;
using Ledger.Forgetting;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Events;

/// <summary>Reads an event with its causes and effects.</summary>
internal static class EventReader
{
    // Effects are found by reading the whole history: 20,000 events take less than a tenth of a second.
    private const long MostReadUnasked = 20_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var recorded = request.Query.Position("position") is { } position
            ? await AtAsync(run, position, request.Aborted).ConfigureAwait(false)
            : await ByIdAsync(run, IdOf(request.Query), request.Aborted).ConfigureAwait(false);
        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var asked = request.Query.Choice("effects", "auto", "auto", "all") == "all";
        return Page.Of<EventPage>(new EventModel(
            run.StreamName,
            recorded,
            length,
            Others(await run.ExplainAsync(recorded.Id, request.Aborted).ConfigureAwait(false)),
            asked || length.Value <= MostReadUnasked
                ? Others(await run.TraceEffectsAsync(recorded.Id, request.Aborted).ConfigureAwait(false))
                : null,
            recorded.Metadata.CallId is { } call && request.Explorer.Ledger.Store.Get<ITaskReader>() is { } tasks
                ? await tasks.FindCallAsync(call, request.Aborted).ConfigureAwait(false)
                : null)
        {
            Compared = await SealedEvents.OfAsync(request.Explorer, [recorded], request.Aborted).ConfigureAwait(false),
            CanChange = recorded.Json.Length <= ChangeModel.MostEdited && !ChangeModel.IsStructure(recorded.Type),
            Masked = await EventMasking.FindMaskedAsync(request.Explorer.Ledger.Store, [recorded.Id], request.Aborted).ConfigureAwait(false) is [var masked, ..] ? masked : null,
            Parent = ChangedFork.ReplacedBy(recorded) is null
                ? null
                : (await request.Explorer.Ledger.Store.GetBranchAsync(recorded.Stream, request.Aborted).ConfigureAwait(false))?.Parent,
        });
    }

    /// <summary>The event at a position.</summary>
    /// <exception cref="NotFoundException">The history ends before the position.</exception>
    public static async Task<RecordedEvent> AtAsync(Run run, Position position, CancellationToken cancellationToken)
    {
        Position? next = position.Value == long.MaxValue ? null : new Position(position.Value + 1);
        await foreach (var recorded in run.ReadAsync(position, next, cancellationToken).ConfigureAwait(false))
        {
            return recorded;
        }

        var length = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        throw new NotFoundException($"'{run.StreamName}' has {length} events, so there is none at position {position}.");
    }

    /// <summary>The event with an id, either a UUID or its id in a file.</summary>
    /// <exception cref="NotFoundException">The history has no such event.</exception>
    public static async Task<RecordedEvent> ByIdAsync(Run run, string id, CancellationToken cancellationToken) =>
        await run.FindEventAsync(id, cancellationToken).ConfigureAwait(false)
        ?? throw new NotFoundException($"'{run.StreamName}' has no event '{DisplayText.Cut(id, 80)}'.");

    private static string IdOf(Query query) =>
        query.Text("id") ?? throw new BadRequestException("The query lacks 'position' or 'id' of an event.");

    private static TraceEntry[] Others(CausalTrace trace) => [.. trace.Entries.Where(e => e.Distance > 0).OrderBy(e => e.Distance)];
}
