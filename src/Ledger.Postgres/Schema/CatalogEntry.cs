namespace Ledger.Postgres.Schema;

/// <summary>One thing in a schema, as <c>DescribeSchema.sql</c> tells it.</summary>
/// <param name="Kind">What it is: a table, a column, a function …</param>
/// <param name="Object">Its qualified name, or that of the table it is part of.</param>
/// <param name="Part">Its name within a table, or null.</param>
/// <param name="Definition">All that must be equal.</param>
internal sealed record CatalogEntry(string Kind, string Object, string? Part, string Definition)
{
    private const string FunctionPart = "function part";
    private const string Separator = " | ";

    /// <summary>What makes two entries the same thing.</summary>
    internal (string Kind, string Object, string? Part) Key => (Kind, Object, Part);

    /// <summary>The name in a message.</summary>
    internal string Subject => Kind switch
    {
        FunctionPart => $"{Part} of function '{Object}'",
        "setting" => $"database's {Object}",
        _ => Part is null ? $"{Kind} '{Object}'" : $"{Kind} '{Part}' of '{Object}'",
    };

    /// <summary>Reads one line of the file of expected entries.</summary>
    internal static CatalogEntry Parse(string line)
    {
        var fields = line.Split(Separator, 4);
        return new CatalogEntry(fields[0], fields[1], fields[2].Length == 0 ? null : fields[2], fields[3]);
    }

    /// <summary>The line that <see cref="Parse"/> reads.</summary>
    internal string Format() => string.Join(Separator, Kind, Object, Part, Definition);
}
