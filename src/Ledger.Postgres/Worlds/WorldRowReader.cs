using Ledger.Json;
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

    public World ToWorld(bool budgetExhausted, Position position, IReadOnlyList<SkippedEvent> faults) =>
        new(_objects, _relations, budgetExhausted, position, faults);

    /// <summary>Reads a row of world_faults from a column on; faults have the same texts as those of the fold.</summary>
    public static SkippedEvent ReadFault(NpgsqlDataReader reader, int column = 0)
    {
        var (type, name) = (reader.GetString(column + 3), reader.GetString(column + 4));
        var fault = WorldFaultNames.Parse(name) ?? throw new InvalidOperationException($"The rows name a fault '{name}', which this version does not know.");
        return new SkippedEvent(
            new Position(reader.GetInt64(column)),
            reader.GetGuid(column + 1),
            reader.IsDBNull(column + 2) ? null : reader.GetString(column + 2),
            type,
            fault,
            WorldEventRules.ReasonOf(fault, type, new WorldEventJson(reader.GetFieldValue<byte[]>(column + 5))));
    }

    /// <summary>Reads type, source, target and data from a column on.</summary>
    public static Relation ReadRelation(NpgsqlDataReader reader, string id, int column) => new(
        id, reader.GetString(column), reader.GetString(column + 1), reader.GetString(column + 2), ReadProperties(reader, column + 3));

    public static Properties ReadProperties(NpgsqlDataReader reader, int column) =>
        Properties.Of(EventJson.ParseElement(reader.GetFieldValue<byte[]>(column)));
}
