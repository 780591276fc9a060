using System.Globalization;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Applies pages of the log, in their order, to the new tables of a rebuild.</summary>
internal sealed class RebuildWork(RebuildTarget target, PostgresOptions options)
{
    /// <summary>The most events of a page.</summary>
    public const int PageRows = 10_000;

    private readonly string _touch = SqlText.Load("touch_page", options.Schemas);

    /// <summary>Applies the next page within an open transaction.</summary>
    /// <returns>Where the page ends, and how many events it has.</returns>
    public async Task<(long Reached, long Events)> ApplyAsync(
        ProjectionTransaction transaction,
        long from,
        long ceiling,
        CancellationToken cancellationToken)
    {
        ProjectionWork[] works = target.Shadow.Begin is { } begin ? [begin()] : [];
        var batch = transaction.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        var touch = new NpgsqlBatchCommand(_touch);
        touch.Parameters
            .WithText(target.Shadow.StreamPrefix)
            .With(from, NpgsqlDbType.Bigint)
            .With(ceiling, NpgsqlDbType.Bigint)
            .With(PageRows, NpgsqlDbType.Integer);
        batch.BatchCommands.Add(touch);
        foreach (var work in works)
        {
            work.AddReads(batch);
        }

        foreach (var sql in target.Shadow.Statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        var page = await ProjectionTransaction.ReadAsync(
            batch,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var read = (reader.GetInt64(0), reader.GetInt64(1));
                foreach (var work in works)
                {
                    await work.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                }

                return read;
            },
            null,
            cancellationToken).ConfigureAwait(false);
        await transaction.WriteAsync(works, null, _ => { }, cancellationToken).ConfigureAwait(false);
        return page;
    }

    /// <summary>Applies pages, each in its own transaction that also saves the progress of the part.</summary>
    public async Task<RebuildPart> RunAsync(
        NpgsqlConnection connection,
        RebuildPart part,
        long ceiling,
        Action<long> report,
        CancellationToken cancellationToken)
    {
        for (var reached = long.Parse(part.Reached, CultureInfo.InvariantCulture); reached < ceiling;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var transaction = await ProjectionTransaction
                .BeginAsync(connection, null, options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            (reached, var events) = await ApplyAsync(transaction, reached, ceiling, cancellationToken).ConfigureAwait(false);
            part = part with { Reached = reached.ToString(CultureInfo.InvariantCulture), Events = part.Events + events, IsDone = reached >= ceiling };
            var end = transaction.CreateBatch();
            await using var __ = end.ConfigureAwait(false);
            end.BatchCommands.Add(part.CreateSave(target.Projection.Key, options));
            transaction.AddEnd(end);
            await ProjectionTransaction.SendAsync(end, cancellationToken).ConfigureAwait(false);
            report(events);
        }

        return part;
    }
}
