using Ledger.Events;
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

        var (type, data) = (reader.GetString(column), ReadProperties(reader, column + 3));
        if (kind == "object")
        {
            _objects.Add(new WorldObject(id, type, data));
        }
        else
        {
            _relations.Add(new Relation(id, type, reader.GetString(column + 1), reader.GetString(column + 2), data));
        }
    }

    public World ToWorld(bool budgetExhausted, Position position) => new(_objects, _relations, budgetExhausted, position);

    public static Properties ReadProperties(NpgsqlDataReader reader, int column) =>
        Properties.Of(EventJson.ParseElement(reader.GetFieldValue<byte[]>(column)));
}
