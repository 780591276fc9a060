using Ledger.Postgres.Log;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <content>What runs wait for: the summaries say so, and the events that they lack.</content>
internal sealed partial class PostgresRunSummaries : IPendingRuns
{
    // No statement keeps its snapshot for longer.
    private const int EventsOfAPage = 10_000;

    private static readonly string[] Asking = ["approval.requested"];
    private static readonly string[] Calling = ["llm.request", "tool.called", "call.requested"];

    public Task<IReadOnlyCollection<StreamName>> FindAskingAsync(CancellationToken cancellationToken) => FindPendingAsync("asked", Asking, cancellationToken);

    public Task<IReadOnlyCollection<StreamName>> FindCallingAsync(CancellationToken cancellationToken) => FindPendingAsync("open", Calling, cancellationToken);

    private async Task<IReadOnlyCollection<StreamName>> FindPendingAsync(string member, string[] types, CancellationToken cancellationToken)
    {
        var (pending, after) = (new HashSet<StreamName>(), 0L);
        try
        {
            await TakeInAsync(MostOfAQuery, null, cancellationToken).ConfigureAwait(false);

            // In this order: what others take in meanwhile is in the rows, or after the number.
            var (position, newest) = await context.Connections.UseAsync(ReadTailAsync, cancellationToken).ConfigureAwait(false);
            after = position > newest ? 0 : position;
            await context.Connections.UseAsync((lease, token) => ReadRowsAsync(lease, member, pending, token), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (HasNoRows(fault))
        {
            after = 0;
        }

        for (long? next = after; next is { } last;)
        {
            next = await context.Connections.UseAsync((lease, token) => ReadPageAsync(lease, types, last, pending, token), cancellationToken).ConfigureAwait(false);
        }

        pending.RemoveWhere(stream => !RunRows.Has(stream));
        return pending;
    }

    private async Task<int> ReadRowsAsync(ConnectionSource.Lease lease, string member, HashSet<StreamName> pending, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "pending_runs").WithText(member);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            pending.Add(new StreamName(reader.GetString(0)));
        }

        return pending.Count;
    }

    /// <summary>The streams with events of some types in the next page of the log.</summary>
    /// <returns>Where the page ends; null at the end of the log.</returns>
    private async Task<long?> ReadPageAsync(
        ConnectionSource.Lease lease, string[] types, long after, HashSet<StreamName> pending, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "pending_page")
            .With(types, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(after, NpgsqlDbType.Bigint)
            .With(EventsOfAPage, NpgsqlDbType.Integer);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!reader.IsDBNull(1))
        {
            pending.UnionWith(reader.GetFieldValue<string[]>(1).Select(name => new StreamName(name)));
        }

        return reader.IsDBNull(0) ? null : reader.GetInt64(0);
    }
}
