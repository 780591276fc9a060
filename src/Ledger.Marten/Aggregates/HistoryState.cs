using Ledger.Log;
using Ledger.Marten.Appending;
using Ledger.Marten.Schema;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Marten.Aggregates;

/// <summary>A run or branch as a session sees it.</summary>
/// <param name="History">Its history.</param>
/// <param name="Stored">The version that its stream has in the database; 0 if there is none.</param>
/// <param name="Unsaved">How many events the session appends to it.</param>
/// <param name="IsArchived">Whether it is read-only.</param>
internal sealed record HistoryState(History History, long Stored, int Unsaved, bool IsArchived)
{
    /// <summary>The version of its stream after the session is saved.</summary>
    public StreamVersion Version => new(Stored + Unsaved);

    /// <summary>Reads it in the session's connection and transaction.</summary>
    public static async Task<HistoryState> ReadAsync(IDocumentSession session, StreamName stream, CancellationToken cancellationToken)
    {
        var documents = session.DocumentStore;
        await SharedStorage.EnsureAsync(session.Database, typeof(LedgerFeature), cancellationToken).ConfigureAwait(false);
        var unsaved = UnsavedEvents.Find(session, stream.Value)?.Events.Count ?? 0;
        var command = new NpgsqlCommand(MartenSql.Load("read_history", StoreConfiguration.Of(documents).Ledger.Schemas))
        {
            Parameters = { new() { Value = stream.Value, NpgsqlDbType = NpgsqlDbType.Varchar } },
        };
        await using var _ = command.ConfigureAwait(false);
        var (history, stored, isArchived) = (History.OfRun(stream), 0L, false);
        var isInTree = false;
        var reader = await session.ExecuteReaderAsync(command, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                (stored, isArchived, isInTree) = (reader.GetInt64(0), reader.GetBoolean(1), !reader.IsDBNull(2));
                history = isInTree ? new History(stream, new StreamName(reader.GetString(2)), LineageIn(reader)) : history;
            }
        }

        if (stream.IsBranch && !isInTree && stored + unsaved > 0)
        {
            // Marten's sessions can append what describes a branch; documents begin with its lineage too.
            var first = await HistoryEvents.ReadAsync(session, [new HistoryPart(stream.Value, 1, 1)], SkippedEvents.None(), cancellationToken).ConfigureAwait(false);
            history = BranchEvents.HistoryOf(first[0] is [var created] ? created : null) ?? history;
        }

        return new HistoryState(history, stored, unsaved, isArchived);
    }

    private static LineageSegment[] LineageIn(System.Data.Common.DbDataReader reader) =>
        [.. reader.GetFieldValue<string[]>(3).Zip(reader.GetFieldValue<long[]>(4), (segment, taken) => new LineageSegment(segment, taken))];
}
