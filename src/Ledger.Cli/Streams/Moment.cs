using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Cli.Streams;

/// <summary>Two options for a place in a history: a count of events, or a time.</summary>
internal sealed partial class Moment
{
    private readonly Option<Position?> _at;
    private readonly Option<DateTimeOffset?> _time;

    /// <param name="suffix">What the names of the options end with, where a command has two of them.</param>
    /// <param name="of">Whose events are counted, for the help.</param>
    public Moment(string suffix = "", string of = "")
    {
        _at = Positions.Option($"--at{suffix}", $"After how many events{of}; all of them unless given.");
        _time = new Option<DateTimeOffset?>($"--at-time{suffix}")
        {
            Description = $"After the events{of} that the log had taken by this time (ISO 8601; UTC unless it has an offset).",
            HelpName = "TIME",
            CustomParser = result => TryParse(result.Tokens[0].Value, result, $"--at-time{suffix}"),
        };
    }

    /// <summary>Whether a time is given.</summary>
    public bool IsTime(Session session) => session.Get(_time) is not null;

    /// <summary>The count of events, if one is given.</summary>
    public Position? At(Session session) => session.Get(_at);

    public void AddTo(LedgerCommand command)
    {
        command.Add(_at);
        command.Add(_time);
    }

    /// <summary>The position that is meant; null for the end.</summary>
    public async Task<Position?> FindAsync(Session session, Run run, CancellationToken cancellationToken) => (session.Get(_at), session.Get(_time)) switch
    {
        ({ }, { }) => throw new UsageException($"{_at.Name} and {_time.Name} say the same in two ways. Give one of them."),
        (null, { } time) => await run.FindPositionAsync(time, cancellationToken),
        var (at, _) => at,
    };

    private static DateTimeOffset? TryParse(string text, ArgumentResult result, string name)
    {
        if (IsoDate().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"{name} must be a time such as 2026-11-20T09:30:00Z, and '{text}' is none");
        return null;
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}")]
    private static partial Regex IsoDate();
}
