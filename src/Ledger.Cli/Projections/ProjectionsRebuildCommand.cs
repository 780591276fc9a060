using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Projections.Rebuilding;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections rebuild</c></summary>
internal sealed class ProjectionsRebuildCommand : LedgerCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The projection.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _all = new("--all") { Description = "All of Ledger's own projections, and the asynchronous ones of the nodes that are running." };
    private readonly Option<string?> _stream = new("--stream") { Description = "Only one stream: a run or branch by its id, or any stream by its name.", HelpName = "ID" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Continue an interrupted rebuild, if there is one." };

    public ProjectionsRebuildCommand()
        : base("rebuild", "Rebuilds a projection from the log while reads and writes continue. Ctrl-C keeps the old result; --resume continues. One of Marten is rebuilt by its running application.")
    {
        Add(_name);
        Add(_all);
        Add(_stream);
        Add(_resume);
        Examples =
        [
            "ledger projections rebuild world",
            "ledger projections rebuild --all",
            "ledger projections rebuild world --stream first",
            "ledger projections rebuild chrono --stream chrono:demo",
            "ledger projections rebuild world --resume",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (name, all) = (session.Get(_name), session.Get(_all));
        if ((name is null) != all)
        {
            throw new UsageException("Name one projection, or give --all.");
        }

        if (session.Get(_stream) is not null && session.Get(_resume))
        {
            throw new UsageException("A rebuild of one stream is a single step; --stream cannot be combined with --resume.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        StreamName? stream = session.Get(_stream) is { } id ? (await Histories.FindAsync(connection, id, cancellationToken)).StreamName : null;
        foreach (var projection in name is null ? await FindAllAsync(connection, stream, cancellationToken) : [name])
        {
            await RebuildAsync(session, connection, projection, stream, cancellationToken);
        }
    }

    private static async Task<IEnumerable<string>> FindAllAsync(
        LedgerConnection connection, StreamName? only, CancellationToken cancellationToken)
    {
        var shards = await connection.Projections.ListAsync(cancellationToken);
        var running = shards.Where(s => s.Owner is not null && !s.IsMartens && (only is null ? s.Kind is not ("subscription" or "snapshots") : s.Kind == "snapshot"));
        var here = only is { } stream ? connection.Projections.FindRebuildable(stream) : connection.Projections.Rebuildable;
        return here.Concat(running.Select(s => s.Projection)).Distinct();
    }

    private async Task RebuildAsync(
        Session session, LedgerConnection connection, string projection, StreamName? only, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var last = default(RebuildProgress);
        if (only is { } stream)
        {
            await session.Progress.RunAsync(
                $"Rebuilding {projection} of {stream}", () => connection.Projections.RebuildAsync(projection, stream, cancellationToken));
        }
        else
        {
            var options = new RebuildOptions { Mode = session.Get(_resume) ? RebuildMode.Resume : RebuildMode.Fresh };
            await session.Progress.RunAsync($"Rebuilding {projection}", progress => connection.Projections.RebuildAsync(
                projection, options, new Telling(progress, report => last = report), cancellationToken));
        }

        Print(session, projection, last.Events, Stopwatch.GetElapsedTime(started));
    }

    private static void Print(Session session, string projection, long events, TimeSpan time)
    {
        var perSecond = (long)(events / Math.Max(time.TotalSeconds, 0.001));
        if (session.Json)
        {
            var rebuild = new RebuildContract(projection, "done", events, Seconds: Math.Round(time.TotalSeconds, 3));
            session.Out.Json(rebuild, ContractContext.Default.RebuildContract);
            return;
        }

        session.Out.Add(projection, Tone.Name).Add(" is rebuilt");
        session.Out.Add(events > 0
            ? string.Create(CultureInfo.InvariantCulture, $": {Printable.Count(events, "event")} in {time.TotalSeconds:N1} s, {perSecond:N0} a second")
            : "").EndLine();
    }

    /// <summary>Passes the furthest progress to the bar; reports come from several threads.</summary>
    private sealed class Telling(IProgress<(long Done, long Total)> bar, Action<RebuildProgress> tell) : IProgress<RebuildProgress>
    {
        private readonly Lock _gate = new();
        private long _most;

        public void Report(RebuildProgress value)
        {
            lock (_gate)
            {
                if (value.Events >= _most)
                {
                    _most = value.Events;
                    tell(value);
                    bar.Report((value.Events, value.Total));
                }
            }
        }
    }
}
