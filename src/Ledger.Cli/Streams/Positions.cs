using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Ledger.Cli.Streams;

/// <summary>Options whose value is a count of events.</summary>
internal static class Positions
{
    /// <summary>An option that takes a whole number from 0.</summary>
    public static Option<Position?> Option(string name, string description, string helpName = "P") => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => TryParse(result.Tokens[0].Value, result, name),
    };

    private static Position? TryParse(string text, ArgumentResult result, string name)
    {
        if (Parse(text) is { } position)
        {
            return position;
        }

        result.AddError($"{name} must be a whole number from 0, but was '{text}'");
        return null;
    }

    /// <summary>The number that a text is, or null.</summary>
    public static Position? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? new Position(value) : null;
}
