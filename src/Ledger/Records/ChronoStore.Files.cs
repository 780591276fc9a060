using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Folders of the reference, and JSON files.</content>
public sealed partial class ChronoStore
{
    private const int PageEvents = 2_000;

    /// <summary>Imports a <c>.chronomemory</c> folder, with its seqs, times and hashes, in one transaction.</summary>
    /// <param name="folder">The <c>.chronomemory</c> folder, or the folder that contains it.</param>
    /// <param name="options">How to treat damaged lines; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels and rolls back.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="DamagedFolderException">A line is damaged, and such lines are refused.</exception>
    /// <exception cref="ChronoNotEmptyException">The project has other events. If it has those that the folder begins with, the rest is
    /// imported.</exception>
    public async Task<ChronoImport> ImportAsync(
        string folder,
        ChronoImportOptions? options = null,
        CancellationToken cancellationToken = default) =>
        await ImportAsync(
            await ChronoFolder.ReadAsync(folder, cancellationToken).ConfigureAwait(false), options, cancellationToken).ConfigureAwait(false);

    /// <summary>Imports a folder that has already been read.</summary>
    /// <exception cref="DamagedFolderException">A line is damaged, and such lines are refused.</exception>
    /// <exception cref="ChronoNotEmptyException">The project has other events.</exception>
    public async Task<ChronoImport> ImportAsync(
        ChronoFolder folder,
        ChronoImportOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var plan = ChronoImportPlan.Of(folder, (options ?? new ChronoImportOptions()).Damaged, _options.Rules);
        try
        {
            return await _session.WithLockAsync(transaction => ImportAsync(transaction, folder, plan), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writer.Forget();
        }
    }

    /// <summary>Restores a backup written by <see cref="BackupAsync"/>, with the archived events, in one transaction.</summary>
    /// <param name="folder">The <c>.chronomemory</c> folder, or the folder that contains it.</param>
    /// <param name="cancellationToken">Cancels and rolls back.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="DamagedBackupException">A file of the backup is missing or was changed.</exception>
    /// <exception cref="ChronoNotEmptyException">The project has other events.</exception>
    public async Task<ChronoImport> RestoreAsync(string folder, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var backup = await ChronoBackup.ReadAsync(folder, cancellationToken).ConfigureAwait(false);
        try
        {
            return await _session.WithLockAsync(transaction => RestoreAsync(transaction, backup), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writer.Forget();
        }
    }

    private async Task<ChronoImport> RestoreAsync(IChronoTransaction transaction, ChronoBackup backup)
    {
        var log = PlanOf(backup.Log);
        if (backup.Archive is not { } archive)
        {
            return await ImportAsync(transaction, backup.Log, log).ConfigureAwait(false);
        }

        await RequireEmptyAsync(transaction).ConfigureAwait(false);
        var archived = await WriteAsync(transaction, archive, PlanOf(archive), 0).ConfigureAwait(false);
        await transaction.ArchiveAsync(transaction.Place.StreamVersion, CompactedHistory.Archive).ConfigureAwait(false);
        var restored = await WriteAsync(transaction, backup.Log, log, 0).ConfigureAwait(false);
        return restored with { Events = archived.Events + restored.Events, Records = archived.Records + restored.Records };
    }

    // A backup is valid if its files are unchanged, even if the store had damaged lines.
    private ChronoImportPlan PlanOf(ChronoFolder folder) => ChronoImportPlan.Of(folder, DamagedLines.Keep, _options.Rules);

    private async Task<ChronoImport> ImportAsync(IChronoTransaction transaction, ChronoFolder folder, ChronoImportPlan plan)
    {
        await CatchUp.RunAsync(transaction).ConfigureAwait(false);
        var head = transaction.Place.Head;
        var known = plan.Events.ToList().FindLastIndex(e => e.Seq == head.Seq && e.Hash == head.Hash) + 1;
        if (known == 0)
        {
            await RequireEmptyAsync(transaction).ConfigureAwait(false);
        }

        return await WriteAsync(transaction, folder, plan, known).ConfigureAwait(false);
    }

    private Task RequireEmptyAsync(IChronoTransaction transaction) => transaction.Place is { Seq: 0, StreamVersion: 0, Version: 0 } place
        ? Task.CompletedTask
        : Task.FromException(new ChronoNotEmptyException(Project, transaction.Place.Head));

    private async Task<ChronoImport> WriteAsync(IChronoTransaction transaction, ChronoFolder folder, ChronoImportPlan plan, int known)
    {
        var records = known == 0 ? RecordsWithoutEvents(folder, plan) : null;
        if (records is not null)
        {
            await WriteStateAsync(transaction, folder.Snapshot!).ConfigureAwait(false);
        }

        foreach (var page in WithIds(plan.Events).Skip(known).Chunk(PageEvents))
        {
            var deleted = page.Where(e => e.Event.Op == "delete").Select(e => e.Event.RecordId).Distinct();
            var batch = new ChronoBatch(
                transaction.Place, await transaction.FindRowsAsync([.. deleted.Select(ChronoRow.KeyOf)]).ConfigureAwait(false));
            foreach (var (walEvent, id) in page)
            {
                batch.Add(walEvent, id);
            }

            if (!await transaction.WriteAsync(batch).ConfigureAwait(false))
            {
                throw new EventIdInUseException(Stream, page[0].Id, Stream);
            }
        }

        var left = records is null ? [] : folder.Snapshot!.Records.Select(FaultOf).OfType<DamagedLine>();
        return new ChronoImport(plan.Events.Count - known, records ?? 0, [.. plan.Left, .. left], plan.Values, transaction.Place.Head);
    }

    // A line that occurs twice is kept twice.
    private IEnumerable<(WalEvent Event, Guid Id)> WithIds(IEnumerable<WalEvent> events)
    {
        var occurred = new Dictionary<(long, string), int>();
        foreach (var walEvent in events)
        {
            var count = occurred[(walEvent.Seq, walEvent.Hash)] = occurred.GetValueOrDefault((walEvent.Seq, walEvent.Hash)) + 1;
            yield return (walEvent, EventIds.FromForeign(Stream, $"{walEvent.Seq}:{walEvent.Hash}:{count}"));
        }
    }

    // The number of snapshot records to write because the events alone do not produce the folder's state; null for none.
    private static int? RecordsWithoutEvents(ChronoFolder folder, ChronoImportPlan plan)
    {
        if (folder.Snapshot is not { } snapshot)
        {
            return null;
        }

        var fromEvents = new ChronoState();
        foreach (var walEvent in plan.Events)
        {
            fromEvents.Apply(walEvent);
        }

        var state = folder.Open();
        return fromEvents.Sequence == state.Sequence && fromEvents.LastHash == state.LastHash && fromEvents.Records.SequenceEqual(state.Records)
            ? null
            : snapshot.Records.Count(r => FaultOf(r) is null);
    }

    private static async Task WriteStateAsync(IChronoTransaction transaction, ChronoSnapshot snapshot)
    {
        var (hash, ts) = (Storable(snapshot.LastHash), Storable(snapshot.Ts));
        var batch = new ChronoBatch(transaction.Place);
        batch.Add(new StateMark(snapshot.Seq, hash, ts));
        foreach (var record in new ChronoState(snapshot).Records.Where(r => FaultOf(r) is null))
        {
            batch.Add(new StateRecord(RecordText.Of(record.ToValue()), snapshot.Seq, 0, snapshot.Seq, ts));
        }

        await transaction.WriteAsync(batch).ConfigureAwait(false);
    }

    // Text that cannot be a hash or a time anyway.
    private static string Storable(string text) => ChronoTextRules.FaultOf(text) is null ? text.Replace('\0', '\u2400') : "";

    private static DamagedLine? FaultOf(ChronoRecord record) => ChronoTextRules.FaultOfText(record.ToValue()) is { } fault
        ? new DamagedLine(0, null, $"The record '{TextRules.Printable(record.Id)}' of {ChronoFolder.SnapshotName} {fault}.")
        : null;
}
