using System.CommandLine;
using System.CommandLine.Parsing;

namespace Ledger.Cli.Streams;

/// <summary>Options that take a time.</summary>
internal static class Times
{
    /// <summary>An option for a time in any of the forms of <see cref="GivenTime"/>.</summary>
    public static Option<GivenTime?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => TryParse(result.Tokens[0].Value, result, name),
    };

    private static GivenTime? TryParse(string text, ArgumentResult result, string name)
    {
        if (GivenTime.Parse(text) is { } time)
        {
            return time;
        }

        result.AddError($"{name} must be a time such as 2026-11-20T09:30:00Z, yesterday, 09:30 or 2h (that long ago), but was '{text}'");
        return null;
    }
}
