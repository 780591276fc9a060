using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Applies the log to a projection by the code that runs inline: a page names streams, and what is pending in them is applied.</summary>
internal sealed class ProjectionShard : ShardWork
{
    private const string LongestWait = "5s";

    private readonly Projection _declared;
    private readonly InlineProjection _projection;
    private readonly GapTimeout _gaps;
    private readonly string _touch;

    public ProjectionShard(Projection projection, PostgresOptions options, GapTimeout gaps)
        : base(ShardNames.Of(projection), KindOf(projection), options)
    {
        _declared = projection;
        _projection = InlineProjection.Of(projection, options);
        _gaps = gaps;
        _touch = SqlText.Load("touch_log", options.Schemas);
    }

    public override async Task<ShardPage> RunAsync(
        NpgsqlConnection connection,
        long from,
        long ceiling,
        int rows,
        CancellationToken cancellationToken)
    {
        ProjectionWork[] works = _projection.Begin is { } begin ? [begin()] : [];
        if (works.Length == 0)
        {
            // One round trip, which is a transaction by itself.
            var only = new NpgsqlBatch(connection) { Timeout = Options.CommandTimeoutSeconds };
            await using var _ = only.ConfigureAwait(false);
            return await ReadAsync(only, works, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        }

        var transaction = await ProjectionTransaction
            .BeginAsync(connection, null, Options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        var batch = transaction.CreateBatch();
        await using var ___ = batch.ConfigureAwait(false);
        var page = await ReadAsync(batch, works, from, ceiling, rows, cancellationToken).ConfigureAwait(false);
        await transaction.WriteAsync(works, null, transaction.AddEnd, cancellationToken).ConfigureAwait(false);
        return page;
    }

    /// <remarks>A document of a stream is folded again, so that the event is in its place; other kinds see it after later events.</remarks>
    public override async Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken)
    {
        if (_declared is ISnapshot)
        {
            await ReplayStreamAsync(connection, sequence, cancellationToken).ConfigureAwait(false);
            return;
        }

        var replay = InlineProjection.OfReplay(_declared, Options, sequence);
        ProjectionWork[] works = replay.Begin is { } begin ? [begin()] : [];
        var transaction = await ProjectionTransaction
            .BeginAsync(connection, null, Options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var batch = transaction.CreateBatch();
        await using var __ = batch.ConfigureAwait(false);
        var alone = new NpgsqlBatchCommand(SqlText.Load("lock_projection", Options.Schemas));
        alone.Parameters.WithText(_projection.Key).WithText(LongestWait);
        batch.BatchCommands.Add(alone);
        foreach (var work in works)
        {
            work.AddReads(batch);
        }

        foreach (var sql in replay.Statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        batch.BatchCommands.Add(CreateForget(letter));
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
        await transaction.WriteAsync(works, null, transaction.AddEnd, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReplayStreamAsync(NpgsqlConnection connection, long sequence, CancellationToken cancellationToken)
    {
        var (stream, version) = await FindStreamAsync(connection, sequence, cancellationToken).ConfigureAwait(false);
        var transaction = await ProjectionTransaction
            .BeginAsync(connection, null, Options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await new ProjectionRebuild(_declared, Options, transaction).RunAsync(stream, version, cancellationToken).ConfigureAwait(false);
        var forget = new NpgsqlCommand(SqlText.Load("delete_dead_letters_of_stream", Options.Schemas), connection);
        await using var __ = forget.ConfigureAwait(false);
        await forget.WithText(Name).With(sequence, NpgsqlDbType.Bigint).ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void AddSkip(NpgsqlBatch batch, long from, long ceiling)
    {
        AddTouch(batch, from, ceiling, rows: 1);
        foreach (var command in _projection.CreateSkip())
        {
            batch.BatchCommands.Add(command);
        }
    }

    private static string KindOf(Projection projection) => projection switch
    {
        ISnapshot => "snapshot",
        IDocumentProjection => "documents",
        RowProjection => "rows",
        _ => "events",
    };

    private async Task<ShardPage> ReadAsync(
        NpgsqlBatch batch,
        ProjectionWork[] works,
        long from,
        long ceiling,
        int rows,
        CancellationToken cancellationToken)
    {
        AddTouch(batch, from, ceiling, rows);
        foreach (var work in works)
        {
            work.AddReads(batch);
        }

        foreach (var sql in _projection.Statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        if (works.Length > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("limit_idle")));
        }

        return await ProjectionTransaction.ReadAsync(
            batch,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var page = new ShardPage(reader.GetInt64(0), reader.GetInt64(1));
                if (reader.GetBoolean(2))
                {
                    _gaps.NoteOthers();
                }

                foreach (var work in works)
                {
                    await work.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                }

                return page;
            },
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private void AddTouch(NpgsqlBatch batch, long from, long ceiling, int rows)
    {
        var touch = new NpgsqlBatchCommand(_touch);
        touch.Parameters
            .WithText(Name)
            .With(from, NpgsqlDbType.Bigint)
            .WithText(_projection.Key)
            .WithText(_projection.StreamPrefix)
            .With(ceiling, NpgsqlDbType.Bigint)
            .With(rows, NpgsqlDbType.Integer);
        batch.BatchCommands.Add(touch);
    }
}
