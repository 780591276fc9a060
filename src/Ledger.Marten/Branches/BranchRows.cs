using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;
using IEvent = JasperFx.Events.IEvent;

namespace Ledger.Marten.Branches;

/// <summary>A branch's place in the tree, within the transaction that creates the branch.</summary>
/// <param name="options">Where the tables are.</param>
/// <param name="branch">The branch.</param>
/// <param name="eventId">The id of its first event.</param>
/// <param name="unsaved">The events that the transaction will append to a stream, or null if there are none.</param>
internal sealed class BranchRows(PostgresOptions options, BranchInfo branch, Guid eventId, Func<string, IReadOnlyList<IEvent>>? unsaved = null)
{
    private readonly string[] _streams = [.. branch.Lineage.Select(s => s.Stream)];
    private readonly long[] _taken = [.. branch.Lineage.Select(s => s.Taken)];
    private readonly long[] _stored = [.. branch.Lineage.Select(s => Math.Max(0, s.Taken - (unsaved?.Invoke(s.Stream).Count ?? 0)))];

    // Not before any of them: the versions of those that are taken are those of a stream without the others.
    private readonly DateTimeOffset _unsavedUntil = branch.Lineage
        .SelectMany(s => unsaved?.Invoke(s.Stream) ?? []).Select(e => e.Timestamp).DefaultIfEmpty(DateTimeOffset.MinValue).Max();

    /// <summary>Refuses a branch that cannot be created; else tells the time of the last event that it shares.</summary>
    /// <exception cref="StreamNotFoundException">The parent does not exist.</exception>
    /// <exception cref="BranchExistsException">The stream has events, is a branch, or was forked already.</exception>
    /// <exception cref="StreamArchivedException">The stream was created without events and archived.</exception>
    /// <exception cref="EventIdInUseException">The event's id is in the log already.</exception>
    /// <exception cref="ForkPositionException">A stream of the lineage has fewer events than are taken from it.</exception>
    public async Task<DateTimeOffset> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds, BatchCommands = { Check() } };
        await using var _ = batch.ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The statement that looks whether the branch can be created, for a batch.</summary>
    public NpgsqlBatchCommand Check()
    {
        var command = Command("check_branch");
        command.Parameters
            .WithText(branch.Stream.Value)
            .WithText(branch.Parent.Value)
            .With(eventId, NpgsqlDbType.Uuid)
            .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(_stored, NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        return command;
    }

    /// <summary>Reads the answer of <see cref="Check"/>, and refuses as <see cref="CheckAsync"/> does.</summary>
    public async Task<DateTimeOffset> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return reader.GetString(0) switch
        {
            "well" => reader.IsDBNull(3) || reader.GetFieldValue<DateTimeOffset>(3) is var stored && stored < _unsavedUntil ? _unsavedUntil : stored,
            "parent_not_found" => throw new StreamNotFoundException(branch.Parent),
            "branch_exists" => throw new BranchExistsException(branch.Stream),
            "archived" => throw new StreamArchivedException(branch.Stream),
            "id_in_use" => throw new EventIdInUseException(branch.Stream, eventId, new StreamName(reader.GetString(1))),
            _ => throw new ForkPositionException(branch.Parent, branch.ForkPosition.Value, new Position(reader.GetInt64(2))),
        };
    }

    /// <summary>The statement that writes the rows of branches.</summary>
    public NpgsqlBatchCommand Insert(DateTimeOffset createdAt)
    {
        var command = Command("insert_branch");
        command.Parameters
            .WithText(branch.Stream.Value)
            .WithText(branch.Parent.Value)
            .WithText(branch.Root.Value)
            .With(branch.ForkPosition.Value, NpgsqlDbType.Bigint)
            .WithText(branch.Name)
            .With(_streams, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(_taken, NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(createdAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        return command;
    }

    private NpgsqlBatchCommand Command(string sql) => new(MartenSql.Load(sql, options.Schemas));
}
