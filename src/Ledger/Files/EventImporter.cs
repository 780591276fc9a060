using System.Collections.Concurrent;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>Writes recordings to a log: as runs, and as branches that share their prefix by reference.</summary>
/// <remarks>
/// <list type="number">
/// <item>A recording of a run becomes <c>run:{id}</c>.</item>
/// <item>A recording of a branch whose parent is in the log becomes a fork of that parent; its <c>branch.created</c> is merged with the fork's.
/// Events of the parent that the recording repeats are compared and not written.</item>
/// <item>A recording whose repeated events differ from the parent's, or whose parent is not in the log, becomes a run with all its events.</item>
/// </list>
/// <para>Events are written in order, by <see cref="IEventStore.ImportAsync"/> in transactions of at most 10,000. If interrupted, the log has the first part; the same
/// import run again continues after it, and a third one writes nothing. Events are the same if id, type and JSON are.</para>
/// <para>Of a recording that <see cref="EventRecording.IsUnordered"/>, the events are appended whose ids the run does not have, in whatever place it has the others.
/// A new branch begins after the events that its first one follows.</para>
/// <para>Titles, labels and ends that a run was given in the log do not matter to its import. A branch is forked after the same events as in its recording,
/// if the importer imported the recording of its parent too; else at the same position.</para>
/// </remarks>
public sealed class EventImporter
{
    private readonly AgentLedger _ledger;

    // By stream, where its log has events that its recording does not have.
    private readonly ConcurrentDictionary<StreamName, IReadOnlyList<long>> _passedOver = new();

    /// <summary>Creates an importer that writes to a log.</summary>
    public EventImporter(AgentLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        _ledger = ledger;
    }

    /// <summary>Imports a recording; import parents before their branches.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="progress">Gets the number of events written after each transaction; null for no reports.</param>
    /// <param name="cancellationToken">Stops between two transactions; committed events stay.</param>
    /// <exception cref="ImportRefusedException">The log has different events under that id, or the parent of a branch is missing.</exception>
    /// <exception cref="InvalidEventException">An event cannot be stored.</exception>
    public async Task<ImportResult> ImportAsync(
        EventRecording recording,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recording);
        if (recording.Branch is not { } branch)
        {
            return await ImportRunAsync(recording, null, progress, cancellationToken).ConfigureAwait(false);
        }

        var parent = await FindParentAsync(branch, cancellationToken).ConfigureAwait(false);
        if (parent is null && recording.CopiedEvents < branch.ForkPosition)
        {
            throw new ImportRefusedException(
                recording.Id, $"its parent '{TextRules.Printable(branch.ParentRunId)}' is not in the log. Nothing was written; import the parent first.");
        }

        var (fault, passedOver) = parent is null
            ? ($"its parent '{TextRules.Printable(branch.ParentRunId)}' is not in the log", [])
            : await CompareCopyAsync(recording, parent, cancellationToken).ConfigureAwait(false);
        return fault is null
            ? await ImportBranchAsync(recording, parent!, passedOver, progress, cancellationToken).ConfigureAwait(false)
            : await ImportRunAsync(recording, $"Imported as a run with a copy of its prefix, because {fault}.", progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Run?> FindParentAsync(BranchCreated branch, CancellationToken cancellationToken)
    {
        StreamName[] names = [StreamName.Run(branch.ParentRunId), StreamName.Branch(branch.ParentRunId)];
        foreach (var name in branch.Parent == names[1].Value ? names.Reverse() : names)
        {
            if (await _ledger.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } parent)
            {
                return parent;
            }
        }

        return null;
    }

    /// <summary>Compares the parent's events that a recording repeats; says what differs, else where the log has others between them.</summary>
    private async Task<(string? Fault, IReadOnlyList<long> PassedOver)> CompareCopyAsync(EventRecording recording, Run parent, CancellationToken cancellationToken)
    {
        if (recording.CopiedEvents == 0)
        {
            return (null, _passedOver.GetValueOrDefault(parent.StreamName, []));
        }

        var comparison = new RecordedPart(_ledger.Store.Registry, parent.ReadAsync(cancellationToken: cancellationToken), Position.Start);
        await using var _ = comparison.ConfigureAwait(false);
        var number = 0L;
        foreach (var item in recording.Read().Take((int)recording.CopiedEvents))
        {
            number++;
            if (await comparison.CompareNextAsync(item).ConfigureAwait(false) != PartState.Same)
            {
                return ($"its event {number} differs from that of its parent '{parent.StreamName}'", []);
            }
        }

        return (null, comparison.PassedOver);
    }

    private async Task<ImportResult> ImportRunAsync(
        EventRecording recording,
        string? note,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (recording.RepeatedId is { } repeated)
        {
            throw new ImportRefusedException(
                recording.Id, $"two of its events have the id '{TextRules.Printable(repeated)}', which is possible only in a fork. Nothing was written; import its parent first.");
        }

        var run = _ledger.GetRun(recording.Id);
        if (recording.EventCount == 0)
        {
            await _ledger.Store.AppendAsync(run.StreamName, ExpectedVersion.Any, [], cancellationToken).ConfigureAwait(false);
        }

        var import = new RunImport(run, recording.Id, progress);
        if (recording.IsUnordered)
        {
            var (added, different) = await import.RunUnorderedAsync(recording.Read(), cancellationToken).ConfigureAwait(false);
            return new ImportResult(run.StreamName, null, 0, 0, recording.EventCount, added, KeptNote(different));
        }

        var written = await import.RunAsync(recording.Read(), Position.Start, cancellationToken).ConfigureAwait(false);
        _passedOver[run.StreamName] = import.PassedOver;
        return new ImportResult(run.StreamName, null, 0, 0, recording.EventCount, written, note);
    }

    private static string? KeptNote(long different) => different == 0 ? null : $"{different:N0} of the events are in the run with other content, which was kept.";

    // Events of the parent may be anywhere in its log, so the branch begins after those that it follows.
    private async Task<long> AfterCausesAsync(NewEvent created, History parent, long position, CancellationToken cancellationToken)
    {
        StreamName[] streams = [.. parent.Lineage.Select(segment => new StreamName(segment.Stream)), parent.Stream];
        Guid[] ids = [.. created.Metadata.ForeignCauses.SelectMany(cause => streams.Select(stream => EventIds.FromForeign(stream, cause)))];
        var causes = ids.Length == 0 ? [] : await _ledger.Store.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false);
        return causes.Max(cause => parent.PositionOf(cause.Stream, cause.Version)?.Value) + 1 ?? position;
    }

    private async Task<ImportResult> ImportBranchAsync(
        EventRecording recording,
        Run parent,
        IReadOnlyList<long> passedOver,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        var file = recording.Branch!;
        var created = recording.Read().Skip((int)recording.CopiedEvents).First();
        var forkPosition = recording.IsUnordered
            ? await AfterCausesAsync(created, parent.History, file.ForkPosition, cancellationToken).ConfigureAwait(false)
            : RecordedPart.InLog(file.ForkPosition, passedOver);
        var stream = StreamName.Branch(recording.Id);
        var written = 0L;
        var existing = await _ledger.Store.GetBranchAsync(stream, cancellationToken).ConfigureAwait(false);
        if (existing is null)
        {
            if (file.ForkPosition < 0)
            {
                throw new ImportRefusedException(recording.Id, $"its fork position is {file.ForkPosition}. Nothing was written; positions count from 0.");
            }

            var merged = BranchCreated.Of(recording.Id, parent.History, new Position(forkPosition), file.Name) with { More = file.More };
            existing = await _ledger.CreateBranchAsync(merged, created.Metadata, cancellationToken).ConfigureAwait(false);
            written++;
        }
        else if (existing.Parent != parent.StreamName || (existing.ForkPosition.Value != forkPosition && !recording.IsUnordered))
        {
            throw new ImportRefusedException(
                recording.Id,
                $"'{stream}' is already forked from '{existing.Parent}' at {existing.ForkPosition}, but the recording from "
                    + $"'{parent.StreamName}' at {forkPosition}. Nothing was written; import it under another id.");
        }

        var import = new RunImport(new Run(_ledger, existing.History), recording.Id, progress);
        var own = recording.Read().Skip((int)recording.CopiedEvents + 1);
        if (recording.IsUnordered)
        {
            var (added, different) = await import.RunUnorderedAsync(own, cancellationToken).ConfigureAwait(false);
            return new ImportResult(stream, parent.StreamName, forkPosition, recording.CopiedEvents, recording.EventCount, written + added, KeptNote(different));
        }

        written += await import.RunAsync(own, new Position(forkPosition + 1), cancellationToken).ConfigureAwait(false);
        _passedOver[stream] = [.. passedOver.TakeWhile(position => position < forkPosition), .. import.PassedOver];
        return new ImportResult(stream, parent.StreamName, forkPosition, recording.CopiedEvents, recording.EventCount, written);
    }
}
