using Ledger.Files;
using Ledger.Interop.Atif;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Interop;

/// <summary>A recording of another tool that was read and checked as a whole: what it becomes, and what is left to be imported.</summary>
/// <remarks>Its events are read again from the <see cref="RecordingSource"/> when it is imported, so keep that open.</remarks>
public sealed class ForeignRecording
{
    private ForeignRecording(RecordingFormat format, string? version, IReadOnlyList<EventRecording> recordings, RecordingTotals totals, Extras extras)
    {
        Format = format;
        Version = version;
        Recordings = recordings;
        Totals = totals;
        Extra = extras.Counts;
    }

    /// <summary>The format.</summary>
    public RecordingFormat Format { get; }

    /// <summary>The version of the format or of the tool as the file states it, or null.</summary>
    public string? Version { get; }

    /// <summary>The runs and branches, parents first.</summary>
    public IReadOnlyList<EventRecording> Recordings { get; }

    /// <summary>What they hold.</summary>
    public RecordingTotals Totals { get; }

    /// <summary>The members of the file without a place of their own, which events keep under <c>extra</c>: names with counts, sorted.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Extra { get; }

    /// <summary>The line and column from which on the file was not read, because it ends in the middle of an entry; null if it is whole.</summary>
    public (long Line, long Column)? Cut { get; internal set; }

    /// <summary>What its trajectories are called, and those in other files that they name.</summary>
    internal IReadOnlyList<AtifLinks> Links { get; set; } = [];

    /// <summary>Writes the runs and branches that a log does not have yet, or only the beginning of; done again it writes nothing.</summary>
    /// <param name="ledger">The log.</param>
    /// <param name="progress">Gets the number of events of each transaction; null for no reports.</param>
    /// <param name="cancellationToken">Stops between two transactions.</param>
    /// <exception cref="ImportRefusedException">The log has other events under one of the ids.</exception>
    public async Task<IReadOnlyList<ImportResult>> ImportAsync(
        AgentLedger ledger, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var importer = new EventImporter(ledger);
        var results = new List<ImportResult>();
        foreach (var recording in Recordings)
        {
            results.Add(await importer.ImportAsync(recording, progress, cancellationToken).ConfigureAwait(false));
        }

        await LinkAsync(ledger, cancellationToken).ConfigureAwait(false);
        return results;
    }

    /// <summary>
    /// Links runs of a log that were recorded in files of their own and name each other, as subagents and continuations of ATIF do; done again it writes nothing.
    /// <see cref="ImportAsync"/> does it too, so that it is for programs that import the <see cref="Recordings"/> one by one.
    /// </summary>
    /// <param name="ledger">The log, which has the runs of this recording.</param>
    /// <param name="cancellationToken">Stops between two events.</param>
    public Task LinkAsync(AgentLedger ledger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return AtifLinks.WriteAsync(ledger, Links, cancellationToken);
    }

    /// <summary>Reads every event once, so that a fault is known before anything is written.</summary>
    /// <exception cref="EventFileException">An event cannot be stored.</exception>
    internal static ForeignRecording Of(RecordingFormat format, string? version, IReadOnlyList<Track> tracks)
    {
        var extras = new Extras();
        var totals = new RecordingTotals(0, 0, 0, 0, 0, 0, 0, 0);
        var recordings = new List<EventRecording>();
        foreach (var track in tracks)
        {
            totals = track.IsBranch ? totals with { Branches = totals.Branches + 1 } : totals with { Runs = totals.Runs + 1 };
            var isChecked = false;
            IEnumerable<NewEvent> Read() => isChecked ? track.Read(new Extras()) : Checked(track);
            recordings.Add(track.IsUnordered ? EventRecording.InspectUnordered(track.Id, Read) : EventRecording.Inspect(track.Id, Read, track.Id));
            isChecked = true;
        }

        return new ForeignRecording(format, version, recordings, totals, extras);

        IEnumerable<NewEvent> Checked(Track track)
        {
            foreach (var item in track.Read(extras))
            {
                totals = With(totals, item);
                yield return item;
            }
        }
    }

    private static RecordingTotals With(RecordingTotals totals, NewEvent item)
    {
        totals = totals with { Events = totals.Events + 1 };
        SerializedEvent written;
        try
        {
            written = EventRegistry.Default.Write(item);
        }
        catch (Exception fault) when (fault is InvalidEventException or ArgumentException { ParamName: null })
        {
            throw new EventFileException(1, null, $"of the part that becomes the event '{TextRules.Printable(item.Metadata.ForeignId ?? "")}': {fault.Message}", fault);
        }

        switch (written.Type)
        {
            case "tool.called":
                return totals with { ToolCalls = totals.ToolCalls + 1 };
            case "llm.response" or Conversation.Usage or RecordingEnd.EventType:
                var cost = CallCost.Read(EventJson.ParseElement(written.Json));
                return totals with
                {
                    ModelCalls = totals.ModelCalls + (written.Type == "llm.response" ? 1 : 0),
                    InputTokens = totals.InputTokens + (cost.InputTokens ?? 0),
                    OutputTokens = totals.OutputTokens + (cost.OutputTokens ?? 0),
                    CostUsd = totals.CostUsd + (cost.Usd ?? 0),
                };
            default:
                return totals;
        }
    }
}
