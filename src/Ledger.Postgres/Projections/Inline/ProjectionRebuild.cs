using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Rebuilds a projection in one transaction, during which appends with the projection wait.</summary>
/// <remarks>
/// The log is read in pages, each statement with its own snapshot. Appends without the projection continue: events that they commit late, before the position
/// already read, stay pending for their stream and are applied with its next event.
/// </remarks>
internal sealed class ProjectionRebuild(Projection projection, PostgresOptions options, ProjectionTransaction transaction)
{
    private const int PageRows = 10_000;
    private const string LongestWait = "5s";

    private readonly DocumentStatements? _documents = projection is IDocuments documents ? new DocumentStatements(documents, options.Schemas) : null;
    private readonly InlineProjection _inline = InlineProjection.Of(projection, options);

    /// <summary>Whether the projection's data can be removed and rebuilt.</summary>
    public static bool CanRebuild(Projection projection) => projection is IDocuments || ResetOf(projection) is not null;

    /// <summary>Rebuilds the projection from the whole log.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (begin, clear) = (transaction.CreateBatch(), transaction.CreateBatch());
        await using var _ = begin.ConfigureAwait(false);
        await using var __ = clear.ConfigureAwait(false);
        AddLock(begin);
        await ProjectionTransaction.SendAsync(begin, cancellationToken).ConfigureAwait(false);
        foreach (var sql in Resets())
        {
            clear.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        Add(clear, Sql("clear_heads")).Parameters.WithText(projection.Key);
        await ProjectionTransaction.SendAsync(clear, cancellationToken).ConfigureAwait(false);

        var ceiling = await LastSequenceAsync(cancellationToken).ConfigureAwait(false);
        var reached = 0L;
        while (await NextPageAsync(reached, ceiling, cancellationToken).ConfigureAwait(false) is { Streams.Count: > 0 } page)
        {
            await ApplyAsync(page.Streams, page.Versions, cancellationToken).ConfigureAwait(false);
            reached = page.LastSequence;
        }

        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Rebuilds the document of one stream.</summary>
    public async Task RunAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken)
    {
        var begin = transaction.CreateBatch();
        await using var _ = begin.ConfigureAwait(false);
        AddLock(begin);
        Add(begin, _documents!.Load("clear_snapshot")).Parameters.WithText(stream.Value);
        await ProjectionTransaction.SendAsync(begin, cancellationToken).ConfigureAwait(false);
        for (var reached = 0L; reached < version.Value;)
        {
            reached = Math.Min(reached + PageRows, version.Value);
            await ApplyAsync([stream.Value], [reached], cancellationToken).ConfigureAwait(false);
        }

        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string? ResetOf(Projection projection) => projection switch
    {
        RowProjection rows => rows.Reset,
        EventProjection events => events.Reset,
        _ => null,
    };

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    private string Sql(string file) => SqlText.Load(file, options.Schemas);

    private void AddLock(NpgsqlBatch batch)
    {
        transaction.AddBegin(batch);
        Add(batch, Sql("lock_projection")).Parameters.WithText(projection.Key).WithText(LongestWait);
    }

    private IEnumerable<string> Resets()
    {
        if (_documents is not null)
        {
            yield return _documents.Load("clear_documents");
        }
        else if (ResetOf(projection) is { } reset)
        {
            yield return options.Schemas.Fill(reset);
        }
    }

    private async Task<long> LastSequenceAsync(CancellationToken cancellationToken)
    {
        var batch = transaction.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        Add(batch, Sql("last_sequence"));
        return (long)(await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<(List<string> Streams, List<long> Versions, long LastSequence)?> NextPageAsync(
        long after,
        long ceiling,
        CancellationToken cancellationToken)
    {
        var batch = transaction.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        Add(batch, Sql("rebuild_page")).Parameters
            .With(after, NpgsqlDbType.Bigint)
            .With(ceiling, NpgsqlDbType.Bigint)
            .With(PageRows, NpgsqlDbType.Integer);
        return await ProjectionTransaction.ReadAsync<(List<string>, List<long>, long)?>(
            batch,
            async reader =>
            {
                var (streams, versions, last) = (new List<string>(), new List<long>(), after);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    streams.Add(reader.GetString(0));
                    versions.Add(reader.GetInt64(1));
                    last = reader.GetInt64(2);
                }

                return (streams, versions, last);
            },
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task ApplyAsync(List<string> streams, List<long> versions, CancellationToken cancellationToken)
    {
        ProjectionWork[] works = _inline.Begin is { } begin ? [begin()] : [];
        var batch = transaction.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        AddTouch(batch, streams, versions);
        foreach (var work in works)
        {
            work.AddReads(batch);
        }

        foreach (var sql in _inline.Statements)
        {
            Add(batch, sql);
        }

        await ProjectionTransaction.ReadAsync(
            batch,
            async reader =>
            {
                foreach (var work in works)
                {
                    await work.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                }

                return true;
            },
            null,
            cancellationToken).ConfigureAwait(false);
        await transaction.WriteAsync(works, null, _ => { }, cancellationToken).ConfigureAwait(false);
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        var batch = transaction.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        AddTouch(batch, [], []);
        transaction.AddEnd(batch);
        await ProjectionTransaction.SendAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    private void AddTouch(NpgsqlBatch batch, List<string> streams, List<long> versions) => Add(batch, Sql("touch_streams")).Parameters
        .With(streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
        .With(versions, NpgsqlDbType.Array | NpgsqlDbType.Bigint);
}
