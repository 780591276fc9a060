using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Records;
using Npgsql;

namespace Ledger.Postgres.Records;

/// <summary>The call of <c>chrono_append_v1</c>, and of the application's inline projections after it.</summary>
internal static class ChronoAppend
{
    /// <summary>Sends a batch, in a new transaction unless there is one, and returns its outcome.</summary>
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
    /// <exception cref="WrongExpectedVersionException">The stream does not have the length that it had when it was locked.</exception>
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
