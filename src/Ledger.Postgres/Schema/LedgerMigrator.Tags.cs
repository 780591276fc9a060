using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Tenants;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    // Appends with the same tags wait for the end of a page.
    private const int TagPageSize = 2_000;

    /// <summary>Tags the events that were appended before a Marten store got <c>TagLedgerEvents</c>, in pages, each in a transaction.</summary>
    /// <remarks>
    /// <para>Reads continue meanwhile, and appends too, except that it begins when the running appends have ended, for which it waits up to ten seconds and new
    /// ones wait with it. Tags that are there already stay as they are, so it can be interrupted, run again, and run twice at once.</para>
    /// <para>The role must be able to update the events, and to write the tables of the tags: <c>insert</c> and <c>select</c> on each, and <c>update</c> on
    /// <c>mt_dcb_tag_version</c>.</para>
    /// </remarks>
    /// <param name="progress">Reports progress after each page. Default: no reports.</param>
    /// <param name="cancellationToken">Stops after the current page, whose tags may or may not be written.</param>
    /// <returns>The whole work.</returns>
    /// <exception cref="TagTablesMissingException">Marten has not made the tables.</exception>
    /// <exception cref="SchemaNotMigratedException">Migrations or functions are missing.</exception>
    public async Task<EventTagging> TagEventsAsync(IProgress<EventTagging>? progress = null, CancellationToken cancellationToken = default)
    {
        await EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        TenancyGuard.Refuse(_options, "Tagging");
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var done = new EventTagging(0, 0, SequenceNumber.Start, await FindLastAsync(connection, cancellationToken).ConfigureAwait(false));
        while (done.Reached.Value < done.Last.Value)
        {
            // A transaction of several appends takes tags in any order.
            var before = done;
            done = await PatientLocks.RunAsync(
                connection, Timeout.InfiniteTimeSpan, null, token => TagPageAsync(connection, before, token), cancellationToken).ConfigureAwait(false);
            progress?.Report(done);
        }

        return done;
    }

    // An append that began before the tables were there tags nothing, and its events are not in sight before it ends.
    private Task<SequenceNumber> FindLastAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => PatientLocks.RunAsync(
        connection,
        PatientLocks.Patience,
        null,
        async token =>
        {
            await ExecuteAsync(connection, SqlText.Load("LockLog", _options.Schemas), token).ConfigureAwait(false);
            return await ReadLastAsync(connection, token).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<SequenceNumber> ReadLastAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = TagCommand(connection, "TagTables");
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return reader.GetFieldValue<string[]>(0) is { Length: > 0 } missing
            ? throw new TagTablesMissingException(_options.EventSchema, missing)
            : new SequenceNumber(reader.GetInt64(1));
    }

    private async Task<EventTagging> TagPageAsync(NpgsqlConnection connection, EventTagging done, CancellationToken cancellationToken)
    {
        var command = TagCommand(connection, "TagPage");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, done.Reached.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, done.Last.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.Integer, TagPageSize);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return done with
        {
            Events = done.Events + reader.GetInt64(0),
            Tags = done.Tags + reader.GetInt64(2),
            Reached = new SequenceNumber(reader.GetInt64(1)),
        };
    }

    /// <summary>The privileges that roles lack to append, because the store has Ledger's tags and they may not write them.</summary>
    private async Task<IReadOnlyList<SchemaDifference>> FindMissingTagGrantsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = TagCommand(connection, "TagGrants");
        await using var _ = command.ConfigureAwait(false);
        var missing = new List<SchemaDifference>();
        try
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                missing.Add(new SchemaDifference(
                    DifferenceKind.Missing,
                    $"privilege '{reader.GetString(1)}' of role '{reader.GetString(0)}', which appends, on '{_options.EventSchema}.{reader.GetString(2)}'"));
            }
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // The role may not look into the schema.
        }

        return missing;
    }

    private NpgsqlCommand TagCommand(NpgsqlConnection connection, string name) =>
        new(SqlText.Load(name, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
}
