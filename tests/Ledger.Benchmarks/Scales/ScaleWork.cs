using System.Diagnostics;
using Ledger.Benchmarks.Projections;
using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Benchmarks.Scales;

/// <summary>Work whose time grows with the log: rebuilds, a read of everything, a dump.</summary>
internal sealed class ScaleWork(ScaleLog log, Action<string> show)
{
    /// <summary>Writes the rows of a projection again.</summary>
    public Task<WorkFigure> RebuildAsync(string projection, string name, CancellationToken cancellationToken) => MeasureAsync(
        name,
        async () =>
        {
            await log.Projections.RebuildAsync(projection, cancellationToken: cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>Reads every event.</summary>
    public Task<WorkFigure> ReadAsync(CancellationToken cancellationToken) => MeasureAsync(
        "read of the whole log",
        async () =>
        {
            _ = await log.Store.ReadLogAsync(cancellationToken: cancellationToken).CountAsync(cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>Writes a dump of the database to nowhere.</summary>
    public Task<WorkFigure> DumpAsync(CancellationToken cancellationToken) =>
        MeasureAsync("dump (pg_dump, custom format)", () => WriteDumpAsync(cancellationToken), cancellationToken);

    private async Task<WorkFigure> MeasureAsync(string name, Func<Task<long?>> work, CancellationToken cancellationToken)
    {
        show($"{log.Plan.Events:N0} events: {name}");
        await log.SettleAsync(cancellationToken);
        GC.Collect();
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        var bytes = await work();
        return new WorkFigure(name, Stopwatch.GetElapsedTime(started), heap.MostMegabytes, bytes);
    }

    private async Task<long?> WriteDumpAsync(CancellationToken cancellationToken)
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
