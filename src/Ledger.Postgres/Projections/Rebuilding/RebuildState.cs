using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>The state of a rebuild in the database, so that another process can continue it.</summary>
/// <param name="Floor">The mark when it began.</param>
/// <param name="Total">How many events there were.</param>
/// <param name="Parts">Its parts.</param>
internal sealed record RebuildState(long Floor, long Total, IReadOnlyList<RebuildPart> Parts)
{
    public static async Task<RebuildState?> LoadAsync(
        NpgsqlConnection connection, string key, PostgresOptions options, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("load_rebuild", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.WithText(key);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (floor, total, parts) = (0L, 0L, new List<RebuildPart>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (floor, total) = (reader.GetInt64(0), reader.GetInt64(1));
            parts.Add(new RebuildPart(reader.GetInt32(2), reader.GetString(3), reader.GetInt64(4), reader.GetBoolean(5)));
        }

        return parts.Count == 0 ? null : new RebuildState(floor, total, parts);
    }

    public async Task SaveAsync(NpgsqlConnection connection, string key, PostgresOptions options, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("begin_rebuild", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.WithText(key).With(Floor, NpgsqlDbType.Bigint).With(Total, NpgsqlDbType.Bigint).With(Parts.Count, NpgsqlDbType.Integer)
            .WithText(Parts[0].Reached);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public static async Task EndAsync(NpgsqlConnection connection, string key, PostgresOptions options, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("end_rebuild", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        await command.WithText(key).ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
