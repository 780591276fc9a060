using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ledger.Postgres.Queries;

namespace Ledger.Explorer.Querying;

/// <summary>Writes rows as JSON objects: numbers, booleans, JSON and arrays as such, times in ISO 8601, everything else as text, with JSON of more than 500 levels.</summary>
internal sealed class RowJson
{
    // Below the depth that readers of the answer accept.
    private const int MostLevels = 500;

    private readonly JsonWriterOptions _options;
    private readonly string[] _names;
    private readonly string[] _types;
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);

    /// <summary>Writes rows of some columns.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="encoder">Says which characters are escaped.</param>
    public RowJson(IReadOnlyList<SqlColumn> columns, JavaScriptEncoder encoder)
    {
        _options = new JsonWriterOptions { Encoder = encoder, SkipValidation = true, MaxDepth = int.MaxValue };
        _types = [.. columns.Select(column => Plain(column.Type))];
        _names = NamesOf(columns);
    }

    /// <summary>A line for each row.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesOf(IAsyncEnumerable<IReadOnlyList<string?>> rows)
    {
        await foreach (var row in rows.ConfigureAwait(false))
        {
            yield return LineOf(row);
        }
    }

    /// <summary>An array with a line for each row.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ArrayOf(IAsyncEnumerable<IReadOnlyList<string?>> rows)
    {
        var isFirst = true;
        await foreach (var row in rows.ConfigureAwait(false))
        {
            _buffer.ResetWrittenCount();
            _buffer.Write(isFirst ? "[\n"u8 : ",\n"u8);
            isFirst = false;
            yield return Line(row)[..^1];
        }

        yield return isFirst ? "[]\n"u8.ToArray() : "\n]\n"u8.ToArray();
    }

    // Members of an object differ: the second 'count' is 'count_2'.
    private static string[] NamesOf(IReadOnlyList<SqlColumn> columns)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var names = new string[columns.Count];
        for (var i = 0; i < names.Length; i++)
        {
            var (name, number) = (columns[i].Name, 2);
            for (names[i] = name; !taken.Add(names[i]); number++)
            {
                names[i] = $"{name}_{number}";
            }
        }

        return names;
    }

    /// <summary>The line of a row; it is valid until the next one is written.</summary>
    public ReadOnlyMemory<byte> LineOf(IReadOnlyList<string?> row)
    {
        _buffer.ResetWrittenCount();
        return Line(row);
    }

    private ReadOnlyMemory<byte> Line(IReadOnlyList<string?> row)
    {
        using (var writer = new Utf8JsonWriter(_buffer, _options))
        {
            writer.WriteStartObject();
            for (var i = 0; i < row.Count; i++)
            {
                writer.WritePropertyName(_names[i]);
                Write(writer, _types[i], row[i]);
            }

            writer.WriteEndObject();
        }

        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }

    // Without a modifier, such as that of numeric(10,2).
    private static string Plain(string type)
    {
        var (open, close) = (type.IndexOf('(', StringComparison.Ordinal), type.IndexOf(')', StringComparison.Ordinal));
        return open > 0 && close > open ? string.Concat(type.AsSpan(0, open), type.AsSpan(close + 1)) : type;
    }

    private static bool IsDeep(string json)
    {
        if (json.Length <= MostLevels)
        {
            return false;
        }

        var (depth, isText) = (0, false);
        for (var i = 0; i < json.Length; i++)
        {
            switch (json[i])
            {
                case '\\':
                    i++;
                    break;
                case '"':
                    isText = !isText;
                    break;
                case '[' or '{' when !isText && ++depth > MostLevels:
                    return true;
                case ']' or '}' when !isText:
                    depth--;
                    break;
            }
        }

        return false;
    }

    private static void Write(Utf8JsonWriter writer, string type, string? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        switch (type)
        {
            case "smallint" or "integer" or "bigint" or "oid" or "numeric" or "real" or "double precision" when value[^1] is >= '0' and <= '9':
                writer.WriteRawValue(value, skipInputValidation: true);
                break;
            case "boolean":
                writer.WriteBooleanValue(value == "t");
                break;
            case "json" or "jsonb" when !IsDeep(value):
                // A json keeps its line breaks, which are between its values alone.
                writer.WriteRawValue(value.Replace('\n', ' ').Replace('\r', ' '), skipInputValidation: true);
                break;
            case "timestamp with time zone" when value.EndsWith("+00", StringComparison.Ordinal):
                writer.WriteStringValue($"{value[..^3].Replace(' ', 'T')}Z");
                break;
            case "timestamp without time zone" when value[^1] is >= '0' and <= '9':
                writer.WriteStringValue(value.Replace(' ', 'T'));
                break;
            case var _ when type.EndsWith("[]", StringComparison.Ordinal) && ArrayText.Read(value) is { } items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item.IsArray ? type : type[..^2], item.Text);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(value);
                break;
        }
    }
}
