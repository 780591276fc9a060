using JasperFx.Events;
using Ledger.Postgres;
using Ledger.Postgres.Projections;
using Ledger.Postgres.Streams;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Marten.Appending;

/// <summary>What follows Marten's insert in its transaction: the streams' times, and Ledger's own inline projections.</summary>
/// <param name="options">Where the tables are.</param>
/// <param name="projections">Ledger's own.</param>
/// <param name="streams">The streams that get events.</param>
/// <param name="times">The time of the events of each.</param>
/// <param name="events">The events.</param>
internal sealed class AppendFinish(
    PostgresOptions options,
    InlineProjections projections,
    string[] streams,
    DateTimeOffset[] times,
    IReadOnlyCollection<IReadOnlyList<IEvent>> events) : ITransactionParticipant
{
    public async Task BeforeCommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken token)
    {
        try
        {
            await TimeStreamsAsync(connection, transaction, token).ConfigureAwait(false);
            await projections.ApplyAsync(connection, transaction, options.CommandTimeoutSeconds, token).ConfigureAwait(false);
        }
        catch
        {
            // Marten would put a tombstone in the place of every event that has a number, though nobody waits for one.
            foreach (var appended in events.SelectMany(e => e))
            {
                appended.Sequence = 0;
            }

            throw;
        }
    }

    private async Task TimeStreamsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(MartenSql.Load("finish_streams", options.Schemas), connection, transaction)
        {
            CommandTimeout = options.CommandTimeoutSeconds,
        };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters
            .WithTexts(streams)
            .With(Array.ConvertAll(times, time => time.UtcDateTime), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
