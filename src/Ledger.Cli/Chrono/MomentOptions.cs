using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>Options that name a moment in a store's past.</summary>
internal sealed class MomentOptions
{
    private readonly Option<Position?> _seq = Positions.Option("--at-seq", "As it was after the event with this seq.", "SEQ");
    private readonly Option<GivenTime?> _time = Times.Option("--at-time", "As it was at this time, such as 2026-01-05T09:00:02Z, yesterday or 2h (ago).");

    public void AddTo(Command command)
    {
        command.Add(_seq);
        command.Add(_time);
    }

    /// <summary>The moment that was given, or null for now.</summary>
    public ChronoMoment? Read(Session session)
    {
        var (seq, time) = (session.Get(_seq), session.Get(_time));
        if (seq is not null && time is not null)
        {
            throw new UsageException("--at-seq and --at-time are two moments; give one.");
        }

        return time is { } given ? ChronoMoment.AtTime(given)
            : seq is { } known ? ChronoMoment.AtSeq(known.Value)
            : null;
    }
}
