using System.Runtime.CompilerServices;
using Ledger.Projections;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

/// <content>Projections, step by step.</content>
public sealed partial class Run
{
    private const string WorldProjection = "ledger:world";
    private const string SummaryProjection = "ledger:runs";

    /// <summary>The projections that can be followed over this stream: <c>ledger:world</c> and <c>ledger:runs</c>, and those of the application that fold in C#
    /// and handle it, sorted by name.</summary>
    /// <remarks>Those of the application are known where it declares them: in the options of its store, or of Marten.</remarks>
    public IReadOnlyList<string> SteppableProjections =>
    [
        .. IsRunOrBranch ? [SummaryProjection, WorldProjection] : Array.Empty<string>(),
        .. Declared.Select(projection => projection.Key).Order(StringComparer.Ordinal),
    ];

    private bool IsRunOrBranch => RunSummaries.Prefixes.Any(prefix => StreamName.Value.StartsWith(prefix, StringComparison.Ordinal));

    // A branch is folded like the stream that it was forked from.
    private IEnumerable<ISteppable> Declared =>
        (_ledger.Store.Get<IProjectionCatalog>()?.Steppable ?? []).Where(projection => projection.Takes(History.PartOf ?? StreamName) || projection.Takes(History.Root));

    /// <summary>Follows a projection over this history: for each event the state before and after it.</summary>
    /// <remarks>
    /// <para>The state is folded from the events as the projection is now, from nothing, and not read from what is stored. Events before <paramref name="from"/> are
    /// folded too, which takes as long as reading them; a world begins with the state before it instead. One that cannot be applied changes nothing, and is named.</para>
    /// <para>A projection whose documents belong to several streams is followed with the events of this one alone.</para>
    /// </remarks>
    /// <param name="projection">One of <see cref="SteppableProjections"/>; the prefix <c>ledger:</c> may be left out.</param>
    /// <param name="from">The position of the first event wanted.</param>
    /// <param name="to">The position after the last event wanted, or null for the end.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">The projection cannot be followed over this stream; the message names those that can.</exception>
    public IAsyncEnumerable<ProjectionStep> StepAsync(
        string projection, Position from = default, Position? to = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(projection);
        var key = SteppableProjections.FirstOrDefault(known => known == projection) ?? SteppableProjections.FirstOrDefault(known => known == $"ledger:{projection}")
            ?? throw new ArgumentException(
                $"'{projection}' cannot be followed over '{StreamName}'. What can be: {(SteppableProjections.Count == 0 ? "nothing" : string.Join(", ", SteppableProjections))}. "
                + "A projection in SQL has no state to show; one of an application is known where the application declares it.");
        return StepCoreAsync(key, from, to, cancellationToken);
    }

    private async IAsyncEnumerable<ProjectionStep> StepCoreAsync(
        string key, Position from, Position? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (fold, position) = key switch
        {
            WorldProjection => ((IStepFold)new WorldSteps(await WorldBeforeAsync(from, cancellationToken).ConfigureAwait(false)), from),
            SummaryProjection => (new SummarySteps(History.PartOf ?? StreamName, _ledger.Options.RunRules), Position.Start),
            _ => (Declared.First(projection => projection.Key == key).Begin(History.PartOf ?? StreamName), Position.Start),
        };
        await foreach (var recorded in ReadAsync(position, to, cancellationToken).ConfigureAwait(false))
        {
            if (position < from)
            {
                await fold.PassAsync(recorded, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var parts = await fold.TakeAsync(recorded, cancellationToken).ConfigureAwait(false);
                yield return new ProjectionStep(position, recorded, parts.Before, parts.After, parts.Fault);
            }

            position = new Position(position.Value + 1);
        }
    }

    // Where the history is shorter there is nothing to show.
    private async Task<World> WorldBeforeAsync(Position from, CancellationToken cancellationToken)
    {
        var length = await GetLengthAsync(cancellationToken).ConfigureAwait(false);
        return from == Position.Start || from > length
            ? World.Empty
            : await WithFaults(WorldFaults.Skip).GetWorldAsync(from, cancellationToken).ConfigureAwait(false);
    }
}
