using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>The objects, or the relations, that events name, with the rows that there are.</summary>
internal sealed class RowStates
{
    private readonly List<RowState> _all = [];
    private readonly Dictionary<(int Stream, string Id), RowState> _byId = [];

    public IReadOnlyList<RowState> All => _all;

    /// <summary>The one of an id in a stream.</summary>
    public RowState Get(int stream, string id)
    {
        if (!_byId.TryGetValue((stream, id), out var state))
        {
            state = new RowState(stream, id);
            _byId.Add((stream, id), state);
            _all.Add(state);
        }

        return state;
    }

    /// <summary>Adds the query of their rows, if there is one to ask for.</summary>
    public void AddRead(NpgsqlBatch batch, string sql, string[] streams)
    {
        if (_all.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(sql);
        command.Parameters
            .WithTexts(streams)
            .With(_all.Select(s => s.Stream + 1).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer)
            .WithTexts([.. _all.Select(s => s.Id)]);
        batch.BatchCommands.Add(command);
    }

    /// <summary>Reads the answer, which is the next result; false if the rows are too large to be read.</summary>
    public async Task<bool> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (_all.Count == 0)
        {
            return true;
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.IsDBNull(7))
            {
                return false;
            }

            _all[(int)reader.GetInt64(0) - 1].Load(
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetFieldValue<byte[]>(7),
                reader.GetInt64(4),
                reader.GetInt64(5),
                reader.GetBoolean(6));
        }

        return true;
    }
}
