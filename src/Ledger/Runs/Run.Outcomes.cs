using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

/// <content>Appends that say whether anything was written.</content>
public sealed partial class Run
{
    /// <summary>Appends as <see cref="AppendAsync(IReadOnlyList{object}, CancellationToken)"/> does, and says whether the events were there already.</summary>
    /// <param name="events">The events.</param>
    /// <param name="expectedLength">The length that the history must have; null for any.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="WrongExpectedVersionException">The history has another length; it speaks in versions of the own stream.</exception>
    /// <exception cref="EventIdInUseException">An event's id is in the log already, and this is not the same append.</exception>
    public async Task<RunAppend> AppendWithOutcomeAsync(
        IReadOnlyList<object> events,
        Position? expectedLength = null,
        CancellationToken cancellationToken = default)
    {
        var correlated = Correlated(events);
        var append = new[] { new StreamAppend(StreamName, ExpectedAt(expectedLength), correlated) };
        var results = await _ledger.Store.AppendAsync(append, cancellationToken).ConfigureAwait(false);
        return await OutcomeOfAsync(results[0], correlated, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Appends as <see cref="AppendValidatedAsync(IReadOnlyList{object}, CancellationToken)"/> does, and says whether the events were there already.</summary>
    /// <param name="events">The events.</param>
    /// <param name="expectedLength">The length that the history must have; null for any.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="WrongExpectedVersionException">The history has another length; it speaks in versions of the own stream.</exception>
    /// <exception cref="WorldFaultException">An event cannot be applied, or one of the history cannot: nothing was written.</exception>
    /// <exception cref="EventIdInUseException">An event's id is in the log already, and this is not the same append.</exception>
    public async Task<RunAppend> AppendValidatedWithOutcomeAsync(
        IReadOnlyList<object> events,
        Position? expectedLength = null,
        CancellationToken cancellationToken = default)
    {
        _ = ExpectedAt(expectedLength);
        var correlated = Correlated(events);
        var append = new ValidatedAppend(this, _ledger.Store, correlated);
        var result = await append.RunAsync(expectedLength, cancellationToken).ConfigureAwait(false);
        return await OutcomeOfAsync(result, correlated, cancellationToken).ConfigureAwait(false);
    }

    private ExpectedVersion ExpectedAt(Position? expectedLength)
    {
        if (expectedLength is not { } length)
        {
            return ExpectedVersion.Any;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(length, History.PrefixLength, nameof(expectedLength));
        return ExpectedVersion.Exactly(new StreamVersion(length.Value - History.PrefixLength.Value));
    }

    private async Task<RunAppend> OutcomeOfAsync(AppendResult result, NewEvent[] events, CancellationToken cancellationToken) =>
        new(await EndOfAsync(result, events, cancellationToken).ConfigureAwait(false), result.Outcome);
}
