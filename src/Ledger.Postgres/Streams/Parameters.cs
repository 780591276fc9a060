using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Streams;

/// <summary>Positional parameters with their PostgreSQL types written out, so that one statement is prepared once.</summary>
internal static class Parameters
{
    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return command;
    }

    public static NpgsqlCommand WithText(this NpgsqlCommand command, string? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }

    public static NpgsqlCommand WithJson(this NpgsqlCommand command, ReadOnlyMemory<byte> value)
    {
        object json = value.IsEmpty ? DBNull.Value : value;
        command.Parameters.Add(new NpgsqlParameter { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb });
        return command;
    }
}
