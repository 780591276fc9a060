using Npgsql;

namespace Ledger.Postgres.Worlds;

/// <summary>How far the rows of a history reach.</summary>
/// <param name="Length">The length of the history.</param>
/// <param name="Position">For how many of the events that were asked for the rows can stand: fewer where an id is too long for them.</param>
/// <param name="Lags">Whether rows are missing up to there.</param>
/// <param name="BudgetExhausted">The flag of the world there.</param>
/// <param name="HasFaults">Whether an event may be among them that cannot be applied.</param>
/// <param name="CanCatchUp">Whether missing rows can be written; a standby, a transaction and a role that only read cannot.</param>
internal readonly record struct WorldReach(Position Length, Position Position, bool Lags, bool BudgetExhausted, bool HasFaults, bool CanCatchUp)
{
    /// <summary>How many columns of a row it takes.</summary>
    public const int Columns = 6;

    public static WorldReach Read(NpgsqlDataReader reader, int column = 0) => new(
        new Position(reader.GetInt64(column)),
        new Position(reader.GetInt64(column + 1)),
        reader.GetBoolean(column + 2),
        reader.GetBoolean(column + 3),
        reader.GetBoolean(column + 4),
        reader.GetBoolean(column + 5));

    /// <summary>The requested position, if the rows cover it.</summary>
    public Position? Covers(Position? at) => !Lags && Position == (at ?? Length) ? Position : null;
}
