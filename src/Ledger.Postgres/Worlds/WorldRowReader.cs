using Ledger.Events;
using Ledger.Json;
using Ledger.Streams;
using Ledger.Worlds;
using Npgsql;

namespace Ledger.Postgres.Worlds;

/// <summary>Makes a world of rows.</summary>
internal sealed class WorldRowReader(NpgsqlDataReader reader)
{
    private readonly List<WorldObject> _objects = [];
    private readonly List<Relation> _relations = [];

    /// <summary>Takes a row's state: type, source, target and data from a column on; no type, no state.</summary>
    public void Add(string kind, string id, int column)
    {
        if (reader.IsDBNull(column))
        {
            return;
        }

        if (kind == "object")
        {
            _objects.Add(new WorldObject(id, reader.GetString(column), ReadProperties(reader, column + 3)));
        }
        else
        {
            _relations.Add(ReadRelation(reader, id, column));
        }
    }

    public World ToWorld(bool budgetExhausted, Position position) => new(_objects, _relations, budgetExhausted, position);

    /// <summary>Reads type, source, target and data from a column on.</summary>
    public static Relation ReadRelation(NpgsqlDataReader reader, string id, int column) => new(
        id, reader.GetString(column), reader.GetString(column + 1), reader.GetString(column + 2), ReadProperties(reader, column + 3));

    public static Properties ReadProperties(NpgsqlDataReader reader, int column) =>
        Properties.Of(EventJson.ParseElement(reader.GetFieldValue<byte[]>(column)));
}
