using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Postgres.Streams;

public sealed partial class PostgresEventStore
{
    /// <summary>Makes the rows of all worlds anew from the log, in one transaction; they are the same rows unless something was wrong.</summary>
    /// <remarks>Appends that write rows wait until it is done; reads see what was there before. An option that switches rows off does not matter.</remarks>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    /// <returns>The number of streams whose events were gone through.</returns>
    public Task<long> RebuildWorldsAsync(CancellationToken cancellationToken = default) => RebuildWorldsAsync(null, cancellationToken);

    /// <summary>Makes the rows of one run or branch anew, for the events of its own stream.</summary>
    /// <remarks>The remarks on <see cref="RebuildWorldsAsync(CancellationToken)"/> hold.</remarks>
    /// <param name="stream">The run or branch.</param>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    /// <returns>1, or 0 where the stream has no events.</returns>
    public Task<long> RebuildWorldAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        return RebuildWorldsAsync(stream.Value, cancellationToken);
    }

    /// <summary>Switches the index for <see cref="ObjectFilter.Contains"/> on, if it is not: a GIN index on the data of current objects.</summary>
    /// <remarks>
    /// Appends that write rows wait while it is made; <c>create index concurrently</c> by hand, under the name <c>ix_world_object_data</c>, lets
    /// them go on. With it a patch costs more, because it no longer stays in its page.
    /// </remarks>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    public Task IndexWorldsAsync(CancellationToken cancellationToken = default) => ExecuteAsync("index_worlds", cancellationToken);

    /// <summary>Switches the index that <see cref="IndexWorldsAsync"/> makes off.</summary>
    /// <param name="cancellationToken">Stops; nothing is changed then.</param>
    public Task UnindexWorldsAsync(CancellationToken cancellationToken = default) => ExecuteAsync("unindex_worlds", cancellationToken);

    // Both may take as long as the log is long, like a migration.
    private async Task<long> RebuildWorldsAsync(string? stream, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = lease.CreateCommand(SqlText.Load("rebuild_world", _options.Schemas), 0).WithText(stream);
        await using var __ = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = lease.CreateCommand(SqlText.Load(sql, _options.Schemas), 0);
        await using var __ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
