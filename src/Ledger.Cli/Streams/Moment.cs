using System.CommandLine;

namespace Ledger.Cli.Streams;

/// <summary>Two options for a place in a history: a count of events, or a time.</summary>
internal sealed class Moment
{
    private readonly Option<Position?> _at;
    private readonly Option<GivenTime?> _time;

    /// <param name="suffix">The end of the option names, for commands with two moments.</param>
    /// <param name="of">The run or branch whose events are counted, for the help.</param>
    public Moment(string suffix = "", string of = "")
    {
        _at = Positions.Option($"--at{suffix}", $"The number of events{of} to apply. Default: all.");
        _time = Times.Option(
            $"--at-time{suffix}", $"After the events{of} recorded up to this time: as 'ledger events' shows it, or such as yesterday or 2h (ago).");
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

    /// <summary>The position to read up to; null for the end.</summary>
    public async Task<Position?> FindAsync(Session session, (Run Run, Position? At) named, CancellationToken cancellationToken) =>
        (named.At, session.Get(_at), session.Get(_time)) switch
        {
            (_, { }, { }) => throw new UsageException($"{_at.Name} and {_time.Name} both name a moment. Give one of them."),
            ({ } at, null, { }) => throw new UsageException($"'@{at}' and {_time.Name} both name a moment. Give one of them."),
            (null, null, { } time) => await named.Run.FindPositionAsync(time, cancellationToken),
            var (at, given, _) => HistoryText.One(at, given, _at.Name),
        };
}
