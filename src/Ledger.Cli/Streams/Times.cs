using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Ledger.Cli.Streams;

/// <summary>Options that take a time.</summary>
internal static partial class Times
{
    /// <summary>An option for a time of ISO 8601, in UTC unless it has an offset.</summary>
    public static Option<DateTimeOffset?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => TryParse(result.Tokens[0].Value, result, name),
    };

    private static DateTimeOffset? TryParse(string text, ArgumentResult result, string name)
    {
        if (IsoDate().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"{name} must be a time such as 2026-11-20T09:30:00Z, but was '{text}'");
        return null;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}")]
    private static partial Regex IsoDate();
}
