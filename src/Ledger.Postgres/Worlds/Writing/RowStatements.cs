using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>The statements that end the writing of rows.</summary>
internal static class RowStatements
{
    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;

    /// <summary>Gives rows their last state.</summary>
    public static void AddUpdate(NpgsqlBatch batch, string sql, RowState[] states, IReadOnlyList<WorkStream> streams, bool hasEnds)
    {
        if (states.Length == 0)
        {
            return;
        }

        var scratch = new List<byte>();
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters
            .WithTexts([.. states.Select(s => streams[s.Stream].Name)])
            .WithTexts([.. states.Select(s => s.Id)])
            .WithTexts([.. states.Select(s => s.Type)])
            .With(states.Select(s => s.Data.ToText(scratch).ToArray()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
            .With(states.Select(s => s.CreatedAt).ToArray(), Numbers)
            .With(states.Select(s => s.ValidFrom).ToArray(), Numbers)
            .With(states.Select(s => s.IsRemoved).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean);
        if (hasEnds)
        {
            command.Parameters.WithTexts([.. states.Select(s => s.Source!)]).WithTexts([.. states.Select(s => s.Target!)]);
        }

        batch.BatchCommands.Add(command);
    }

    /// <summary>Lists the events that cannot be applied.</summary>
    public static void AddFaults(NpgsqlBatch batch, string sql, WorkStream[] streams)
    {
        (string Stream, long Version, string Fault)[] faults = [.. streams.SelectMany(s => s.Faults.Select(f => (s.Name, f.Version, f.Fault)))];
        if (faults.Length == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(sql);
        command.Parameters
            .WithTexts([.. faults.Select(f => f.Stream)])
            .With(faults.Select(f => f.Version).ToArray(), Numbers)
            .WithTexts([.. faults.Select(f => f.Fault)]);
        batch.BatchCommands.Add(command);
    }

    /// <summary>Says what the rows stand for now.</summary>
    public static void AddHeads(NpgsqlBatch batch, string sql, WorkStream[] streams)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters
            .WithTexts([.. streams.Select(s => s.Name)])
            .With(streams.Select(s => s.Version).ToArray(), Numbers)
            .With(streams.Select(s => s.Budget).ToArray(), Numbers)
            .With(streams.Select(s => s.Faults is [var first, ..] ? first.Version : (long?)null).ToArray(), Numbers)
            .WithTexts([.. streams.Select(s => s.Faults is [var first, ..] ? first.Fault : null!)]);
        batch.BatchCommands.Add(command);
    }
}
