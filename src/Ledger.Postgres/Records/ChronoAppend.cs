using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Records;
using Npgsql;

namespace Ledger.Postgres.Records;

/// <summary>The call of <c>chrono_append_v1</c>, and of the application's inline projections behind it.</summary>
internal static class ChronoAppend
{
    /// <summary>Sends a batch, in a transaction of its own unless there is one, and gives what became of it.</summary>
    public static Task<string> RunAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        StreamName stream,
        ChronoBatch batch,
        AppendStatements statements,
        PostgresOptions options,
        CancellationToken cancellationToken)
    {
        var append = new NpgsqlBatchCommand(SqlText.Load("chrono_append", options.Schemas));
        var projections = statements.Projections.For([stream.Value]);
        ChronoParameters.AddAppend(append.Parameters, stream.Value, batch, projections.Keys);
        return projections.ExecuteAsync(
            append,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return reader.GetString(0);
            },
            connection,
            transaction,
            options.CommandTimeoutSeconds,
            cancellationToken);
    }

    /// <exception cref="StreamArchivedException">The stream is archived.</exception>
    /// <exception cref="WrongExpectedVersionException">The stream is not as long as its lock said.</exception>
    public static void ThrowIfRefused(StreamName stream, ChronoBatch batch, string outcome)
    {
        if (outcome != "written")
        {
            var expected = new StreamVersion(batch.Before.StreamVersion);
            throw outcome == "archived"
                ? new StreamArchivedException(stream)
                : new WrongExpectedVersionException(stream, ExpectedVersion.Exactly(expected), expected);
        }
    }
}
