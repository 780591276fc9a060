using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>What a run was after its first events.</content>
public sealed partial class Run
{
    /// <summary>A handle on the first events alone, as if the history had ended there: to read, compare, trace and export them.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Its events, length, worlds, causes, comparisons, replays and steps are those of the first events, whatever is appended to the run meanwhile.</item>
    /// <item>Its summary and usage are as they were then. They are made by reading the events, and open calls are not asked whether their callers are gone.</item>
    /// <item>It is called <c>ID@N</c>, such as <c>run:first@3</c>. It is not a stream of the log: what appends to it or saves a snapshot of it is refused, and it cannot be merged
    /// or rebased; forks of it are forks of the run at that place.</item>
    /// </list>
    /// </remarks>
    /// <param name="at">How many events; all of them at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter.</exception>
    public async Task<Run> AsOfAsync(Position at, CancellationToken cancellationToken = default)
    {
        var length = await GetLengthAsync(cancellationToken).ConfigureAwait(false);
        if (at > length)
        {
            throw new PositionOutOfRangeException(StreamName, at, length);
        }

        var whole = History.PartOf ?? StreamName;
        var name = $"{whole}@{at}";
        name = name.Length <= StreamName.MaxLength ? name : $"{whole.Category}:@{at}";
        while (await _ledger.Store.GetStreamAsync(new StreamName(name), cancellationToken).ConfigureAwait(false) is not null)
        {
            name += "'";
        }

        return new Run(_ledger, History.FirstEvents(at, new StreamName(name)), _statistics, _faults);
    }

    // Rows of worlds are those of streams of the log: of the first events they are asked for by the position.
    private History Stored => History.Whole ?? History;

    private Position? Upto(Position? at) => History.Whole is null ? at
        : at > History.PrefixLength ? throw new PositionOutOfRangeException(StreamName, at.Value, History.PrefixLength)
        : at ?? History.PrefixLength;

    private string FirstEvents => History.PrefixLength.Value == 1 ? "the first event" : $"the first {History.PrefixLength} events";

    private void CheckIsNoPart(string parameter)
    {
        if (History.PartOf is { } whole)
        {
            throw new ArgumentException(
                $"'{StreamName}' is {FirstEvents} of '{whole}', and no run or branch of its own. Name '{whole}', and the position by the option {nameof(MergeOptions.At)}.", parameter);
        }
    }

    private void CheckTakesMore()
    {
        if (History.PartOf is { } whole)
        {
            throw new InvalidOperationException($"'{StreamName}' is {FirstEvents} of '{whole}', and takes no more. Append to '{whole}', or to a branch that is forked there.");
        }
    }

    // As it was then: also whether a request for approval had expired.
    private async Task<RunSummary?> SummaryOfPartAsync(StreamName whole, CancellationToken cancellationToken)
    {
        var steps = new SummarySteps(whole, _ledger.Options.RunRules);
        await foreach (var recorded in ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            await steps.PassAsync(recorded, cancellationToken).ConfigureAwait(false);
        }

        return steps.Last is { } summary ? summary with { Stream = StreamName } : null;
    }
}
