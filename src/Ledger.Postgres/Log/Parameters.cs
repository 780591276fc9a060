using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <summary>Positional parameters with their PostgreSQL types written out, so that one statement is prepared once.</summary>
internal static class Parameters
{
    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return parameters;
    }

    public static NpgsqlParameterCollection WithText(this NpgsqlParameterCollection parameters, string? value) =>
        parameters.WithObject(value, NpgsqlDbType.Text);

    public static NpgsqlParameterCollection WithTexts(this NpgsqlParameterCollection parameters, string[]? values) =>
        parameters.WithObject(values, NpgsqlDbType.Array | NpgsqlDbType.Text);

    /// <summary>JSON as UTF-8; no value means SQL's null.</summary>
    public static NpgsqlParameterCollection WithJson(this NpgsqlParameterCollection parameters, ReadOnlyMemory<byte> value) =>
        parameters.WithObject(value.IsEmpty ? (object?)null : value, NpgsqlDbType.Jsonb);

    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value, NpgsqlDbType type)
    {
        command.Parameters.With(value, type);
        return command;
    }

    public static NpgsqlCommand WithText(this NpgsqlCommand command, string? value)
    {
        command.Parameters.WithText(value);
        return command;
    }

    public static NpgsqlCommand WithJson(this NpgsqlCommand command, ReadOnlyMemory<byte> value)
    {
        command.Parameters.WithJson(value);
        return command;
    }

    private static NpgsqlParameterCollection WithObject(this NpgsqlParameterCollection parameters, object? value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return parameters;
    }
}
