using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>A part of a rebuild, which one connection works off.</summary>
/// <param name="Number">Which one, from 0.</param>
/// <param name="Reached">The last stream, or the last sequence number, that is done.</param>
/// <param name="Events">How many events are done.</param>
/// <param name="IsDone">Whether that is all.</param>
internal sealed record RebuildPart(int Number, string Reached, long Events, bool IsDone)
{
    /// <summary>The statement that saves the progress of the part, in the transaction that did the work.</summary>
    public NpgsqlBatchCommand CreateSave(string key, PostgresOptions options)
    {
        var save = new NpgsqlBatchCommand(SqlText.Load("move_rebuild", options.Schemas));
        save.Parameters.WithText(key)
            .With(Number, NpgsqlDbType.Integer)
            .WithText(Reached)
            .With(Events, NpgsqlDbType.Bigint)
            .With(IsDone, NpgsqlDbType.Boolean);
        return save;
    }
}
