using System.Diagnostics;
using Ledger.Benchmarks.Projections;
using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Benchmarks.Scales;

/// <summary>Work whose time grows with the log: rebuilds, a read of everything, a dump.</summary>
internal sealed class ScaleWork(ScaleLog log, Action<string> show)
{
    /// <summary>Writes again whatever follows from the log.</summary>
    public async Task<IReadOnlyList<WorkFigure>> RebuildAsync(CancellationToken cancellationToken)
    {
        var figures = new List<WorkFigure>();
        foreach (var (projection, name) in new[] { ("world", "rebuild of the rows of worlds"), ("ledger:runs", "rebuild of the summaries of runs") })
        {
            figures.Add(await MeasureAsync(name, async () =>
            {
                await log.Projections.RebuildAsync(projection, cancellationToken: cancellationToken);
                return null;
            }));
        }

        return figures;
    }

    /// <summary>Reads every event, and writes a dump of the database to nowhere.</summary>
    public async Task<IReadOnlyList<WorkFigure>> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await MeasureAsync("read of the whole log", async () =>
        {
            _ = await log.Store.ReadLogAsync(cancellationToken: cancellationToken).CountAsync(cancellationToken);
            return null;
        });
        var dump = await MeasureAsync("dump (pg_dump, custom format)", () => DumpAsync(cancellationToken));
        return [read, dump];
    }

    private async Task<WorkFigure> MeasureAsync(string name, Func<Task<long?>> work)
    {
        show($"{log.Plan.Events:N0} events: {name}");
        GC.Collect();
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        var bytes = await work();
        return new WorkFigure(name, Stopwatch.GetElapsedTime(started), heap.MostMegabytes, bytes);
    }

    private async Task<long?> DumpAsync(CancellationToken cancellationToken)
    {
        var parts = new NpgsqlConnectionStringBuilder(log.ConnectionString);
        var start = new ProcessStartInfo(Path.Combine(PostgresPrograms.Find().Folder, "pg_dump"))
        {
            RedirectStandardOutput = true,
            ArgumentList = { "-Fc", "-h", parts.Host!, "-p", $"{parts.Port}", "-U", parts.Username!, parts.Database! },
        };
        using var dump = Process.Start(start)!;
        var (buffer, total) = (new byte[1 << 16], 0L);
        try
        {
            while (await dump.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                total += read;
            }

            await dump.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            // It has a transaction open, which would be in the way of what comes next.
            if (!dump.HasExited)
            {
                dump.Kill();
            }
        }

        return dump.ExitCode == 0 ? total : throw new InvalidOperationException($"pg_dump ended with {dump.ExitCode}.");
    }
}

/// <summary>How long some work took.</summary>
/// <param name="Name">Which.</param>
/// <param name="Time">How long.</param>
/// <param name="HeapMegabytes">The largest heap of this program after a collection.</param>
/// <param name="Bytes">How much it wrote; null if that does not matter.</param>
internal sealed record WorkFigure(string Name, TimeSpan Time, double HeapMegabytes, long? Bytes);
