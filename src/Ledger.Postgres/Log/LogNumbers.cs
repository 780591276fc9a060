using Npgsql;

namespace Ledger.Postgres.Log;

/// <summary>The numbers of the log.</summary>
/// <param name="Drawn">The last one that any transaction has drawn, or 0.</param>
/// <param name="Newest">That of the newest event, or 0.</param>
/// <param name="IsStandby">Whether the server is a standby.</param>
internal readonly record struct LogNumbers(long Drawn, long Newest, bool IsStandby = false)
{
    /// <summary>Reads the numbers of the log.</summary>
    public static async Task<LogNumbers> ReadAsync(NpgsqlConnection connection, PostgresOptions options, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("log_numbers", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new LogNumbers(reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2));
    }

    /// <summary>Throws if the sequence is behind the events: new events would get numbers that are in use, and readers would not see the newest
    /// events.</summary>
    public void ThrowIfSequenceIsBehind()
    {
        if (Newest > Drawn)
        {
            throw LogNumbersException.SequenceBehind(Drawn, Newest);
        }
    }

    /// <summary>Throws if a reader's position is beyond the end of the log.</summary>
    /// <param name="reader">The reader, as the beginning of a sentence.</param>
    /// <param name="position">Where.</param>
    public void ThrowIfBeyond(string reader, long position)
    {
        ThrowIfSequenceIsBehind();
        if (position > Drawn)
        {
            throw LogNumbersException.ReaderBeyond(reader, position, Drawn);
        }
    }
}
