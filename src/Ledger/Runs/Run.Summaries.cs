using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>What a run is called, and how it is doing.</content>
public sealed partial class Run
{
    private const int LongestLabel = 100;
    private const int LongestTitle = 500;

    /// <summary>How the run or branch is doing as of its last event; null if there are no own events.</summary>
    /// <remarks>A call whose caller is known to be gone is marked as unknown, as in <see cref="ListOpenCallsAsync"/>.</remarks>
    public async Task<RunSummary?> GetSummaryAsync(CancellationToken cancellationToken = default)
    {
        if (History.PartOf is { } whole)
        {
            return await SummaryOfPartAsync(whole, cancellationToken).ConfigureAwait(false);
        }

        var started = _ledger.TimeProvider.GetTimestamp();
        var summary = await _ledger.Summaries.FindAsync(StreamName, cancellationToken).ConfigureAwait(false);
        if (summary is null)
        {
            return null;
        }

        summary = (await _ledger.WithCallersAsync([summary], cancellationToken).ConfigureAwait(false))[0];
        _statistics?.CountRows(1);
        _statistics?.Add(_ledger.TimeProvider.GetElapsedTime(started));
        return summary;
    }

    /// <summary>Gives it another title, by the event <c>run.renamed</c>.</summary>
    /// <param name="title">The title, up to 500 characters; empty for the one that follows from its events.</param>
    /// <param name="metadata">Who renames it; null for nothing.</param>
    /// <param name="eventId">The id of the event, by which the call, made again, writes nothing; null for a new one.</param>
    /// <param name="cancellationToken">Stops waiting; the event is then written or not.</param>
    /// <exception cref="ArgumentException">The title is too long.</exception>
    public Task<Position> RenameAsync(
        string title, EventMetadata? metadata = null, Guid? eventId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(title);
        return title.Length <= LongestTitle
            ? AppendAsync([EventOf(new RunRenamed(title), metadata, eventId)], cancellationToken)
            : throw new ArgumentException($"The title has {title.Length} characters, and {LongestTitle} are allowed.", nameof(title));
    }

    /// <summary>Adds and removes labels, by the event <c>run.labelled</c>.</summary>
    /// <param name="added">Labels that it gets, each of 1 to 100 characters without a comma, which separates them in forms; those that it has already stay.</param>
    /// <param name="removed">Labels that it loses; those that it does not have are ignored.</param>
    /// <param name="metadata">Who labels it; null for nothing.</param>
    /// <param name="eventId">The id of the event, by which the call, made again, writes nothing; null for a new one.</param>
    /// <param name="cancellationToken">Stops waiting; the event is then written or not.</param>
    /// <exception cref="ArgumentException">There is no label; or one is empty, too long, or has control characters; or an added one has a comma.</exception>
    public Task<Position> LabelAsync(
        IReadOnlyList<string> added,
        IReadOnlyList<string>? removed = null,
        EventMetadata? metadata = null,
        Guid? eventId = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(added);
        removed ??= [];
        if (added.Count + removed.Count == 0)
        {
            throw new ArgumentException("There is no label to add and none to remove.", nameof(added));
        }

        foreach (var label in added.Concat(removed))
        {
            if (string.IsNullOrWhiteSpace(label) || label.Length > LongestLabel || TextRules.FaultOf(label) is not null)
            {
                throw new ArgumentException(
                    $"'{TextRules.Printable(label ?? "")}' cannot be a label: it must have 1 to {LongestLabel} characters, and no control characters.", nameof(added));
            }
        }

        if (added.FirstOrDefault(label => label.Contains(',', StringComparison.Ordinal)) is { } several)
        {
            throw new ArgumentException($"'{several}' cannot be a label: a comma separates labels. Add each by itself.", nameof(added));
        }

        var labelled = new RunLabelled(added.Count == 0 ? null : added, removed.Count == 0 ? null : removed);
        return AppendAsync([EventOf(labelled, metadata, eventId)], cancellationToken);
    }

    /// <summary>Says that the run has reached its end, by the event <c>run.completed</c>; its status is done until more work is recorded.</summary>
    /// <param name="result">What it led to: JSON; undefined for nothing.</param>
    /// <param name="metadata">Who says so; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the event is then written or not.</param>
    public Task<Position> CompleteAsync(JsonElement result = default, EventMetadata? metadata = null, CancellationToken cancellationToken = default) =>
        AppendAsync([new NewEvent(new RunCompleted(result), metadata)], cancellationToken);

    /// <summary>Says that the run was given up, by the event <c>run.failed</c>; its status is failed until more work is recorded.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="metadata">Who says so; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the event is then written or not.</param>
    public Task<Position> FailAsync(string error, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(error);
        return AppendAsync([new NewEvent(new RunFailed(error), metadata)], cancellationToken);
    }

    private static NewEvent EventOf(object data, EventMetadata? metadata, Guid? id)
    {
        var made = new NewEvent(data, metadata);
        return id is { } given ? made with { Id = given } : made;
    }
}
