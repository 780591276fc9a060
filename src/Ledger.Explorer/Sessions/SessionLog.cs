using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Runs;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Explorer.Sessions;

/// <summary>Sessions as runs: each entry is an event, written once by its id.</summary>
internal sealed class SessionLog(AgentLedger ledger)
{
    /// <summary>The type of the events.</summary>
    public const string EntryType = "session.entry";

    private const int MostAttempts = 10;

    /// <summary>Appends the entries that the session does not have yet, in their order.</summary>
    /// <exception cref="EventIdInUseException">The session has an entry of that id with other content; nothing was written.</exception>
    /// <exception cref="ConflictException">Two of the entries have one id and different content; nothing was written.</exception>
    public async Task<AppendedEntriesContract> AppendAsync(SessionName session, IReadOnlyList<NewEvent> entries, CancellationToken cancellationToken)
    {
        var run = ledger.GetStream(session.Stream);
        var left = Distinct(run.StreamName, entries);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await run.AppendWithOutcomeAsync([.. left], null, cancellationToken).ConfigureAwait(false);
                var written = result.Outcome == AppendOutcome.Written ? left.Count : 0;
                return new AppendedEntriesContract(run.StreamName.Value, written, entries.Count - written, (await run.GetLengthAsync(cancellationToken).ConfigureAwait(false)).Value);
            }
            catch (EventIdInUseException conflict) when (conflict.Conflict == EventIdConflict.PartOfAppend && attempt < MostAttempts)
            {
                left = await LeaveOutAsync(run, left, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A page of the sessions of a project, or of all projects, sorted by name.</summary>
    public async Task<SessionPageContract> ListAsync(string? project, string beginning, string? after, int limit, CancellationToken cancellationToken)
    {
        var query = new StreamQuery { Prefix = SessionName.PrefixOf(project, beginning), Order = StreamOrder.Name, After = after, Limit = limit };
        var page = await LogSearch.Of(ledger.Store).FindStreamsAsync(query, cancellationToken).ConfigureAwait(false);
        return new SessionPageContract(
            [.. page.Streams.Select(found => SessionContract.Of(found.Stream)).OfType<SessionContract>()],
            page.HasMore ? page.Streams[^1].Stream.Name.Value : null);
    }

    /// <summary>A page of the entries of a session, in their order.</summary>
    /// <exception cref="StreamNotFoundException">There is no such session.</exception>
    public async Task<SessionEntriesContract> ReadAsync(ExplorerServices explorer, SessionName session, Position from, int limit, CancellationToken cancellationToken)
    {
        var run = await ledger.OpenAsync(session.Stream, cancellationToken).ConfigureAwait(false);
        var length = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        from = from < length ? from : length;
        var page = await EventReader.ReadAsync(explorer, run, EventFilter.None, from, length, limit, cancellationToken).ConfigureAwait(false);
        return new SessionEntriesContract(
            run.StreamName.Value,
            [.. page.Events.Where(IsEntry).Select(SessionEntryContract.Of)],
            page.IsLast || page.Next >= length ? null : page.Next.Value);
    }

    /// <summary>All entries of a session, in their order.</summary>
    /// <exception cref="StreamNotFoundException">There is no such session.</exception>
    public async Task<IAsyncEnumerable<SessionEntryContract>> ReadAllAsync(SessionName session, Position from, CancellationToken cancellationToken)
    {
        var run = await ledger.OpenAsync(session.Stream, cancellationToken).ConfigureAwait(false);
        return run.ReadAsync(from, cancellationToken: cancellationToken).Where(IsEntry).Select(SessionEntryContract.Of);
    }

    private static bool IsEntry(RecordedEvent recorded) => recorded.Type == EntryType;

    private static List<NewEvent> Distinct(StreamName session, IReadOnlyList<NewEvent> entries)
    {
        var first = new Dictionary<Guid, NewEvent>();
        var distinct = new List<NewEvent>();
        foreach (var entry in entries)
        {
            var id = entry.IdIn(session);
            if (first.TryAdd(id, entry))
            {
                distinct.Add(entry);
            }
            else if (!JsonEquality.Instance.Equals(ContentOf(first[id]), ContentOf(entry)))
            {
                throw new ConflictException(
                    $"Two of the entries have the id '{DisplayText.Cut(entry.Metadata.ForeignId ?? id.ToString(), 60)}' and different content. "
                    + "Nothing was written; give each entry its own id.");
            }
        }

        return distinct;
    }

    private static JsonElement ContentOf(NewEvent entry) => ((UntypedEvent)entry.Data).Data;

    // Those that the session has are sent once more by themselves: the log compares them with what it has.
    private async Task<List<NewEvent>> LeaveOutAsync(Run run, List<NewEvent> entries, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. entries.Select(entry => entry.IdIn(run.StreamName))];
        var found = await ledger.Store.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false);
        var known = found.Select(recorded => recorded.Id).ToHashSet();
        await run.AppendWithOutcomeAsync([.. entries.Where(entry => known.Contains(entry.IdIn(run.StreamName)))], null, cancellationToken).ConfigureAwait(false);
        return [.. entries.Where(entry => !known.Contains(entry.IdIn(run.StreamName)))];
    }
}
