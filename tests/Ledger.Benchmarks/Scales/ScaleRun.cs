using System.Diagnostics;
using Ledger.Benchmarks.Reporting;
using Ledger.Testing;
using Npgsql;

namespace Ledger.Benchmarks.Scales;

/// <summary>Makes logs of one or two sizes, measures them and writes a page.</summary>
internal static class ScaleRun
{
    /// <summary>Runs; the page goes to standard output and to a file, if one is named.</summary>
    public static async Task<int> RunAsync(string? file, Action<string> show, CancellationToken cancellationToken)
    {
        // On a disk, with the settings of a server that does this work every day.
        await using var server = await TestPostgres.StartAsync(
            new TestPostgresOptions
            {
                Server = TestServer.Own,
                Durability = TestDurability.Full,
                Settings = new Dictionary<string, string>
                {
                    ["shared_buffers"] = "2GB",
                    ["max_wal_size"] = "8GB",
                    ["maintenance_work_mem"] = "256MB",
                    ["jit"] = "on",
                },
            },
            cancellationToken);
        var (plans, why) = ScalePlan.FromEnvironment(await DataFolderAsync(server.ConnectionString, cancellationToken));
        var machine = await Machine.DescribeAsync(server.ConnectionString, cancellationToken);
        var logs = new List<ScaleLog>();
        try
        {
            var results = await MeasureAsync(server, plans, logs, show, cancellationToken);
            show("");
            var page = ScaleReport.Of(machine, why, results);
            Console.WriteLine(page);
            if (file is not null)
            {
                await File.WriteAllTextAsync(file, page, cancellationToken);
            }

            return ScaleReport.IsWithin(page) ? 0 : 1;
        }
        finally
        {
            foreach (var log in logs)
            {
                await log.DisposeAsync();
            }
        }
    }

    // Both logs are there, and take turns: what else the machine does meanwhile hits both.
    private static async Task<IReadOnlyList<ScaleResult>> MeasureAsync(
        TestPostgres server, IReadOnlyList<ScalePlan> plans, List<ScaleLog> logs, Action<string> show, CancellationToken cancellationToken)
    {
        var (made, work) = (new List<TimeSpan>(), new List<List<WorkFigure>>());
        foreach (var plan in plans)
        {
            var started = Stopwatch.GetTimestamp();
            logs.Add(await ScaleLog.CreateAsync(server, plan, show, cancellationToken));
            made.Add(Stopwatch.GetElapsedTime(started));
            work.Add([]);
        }

        async Task WorkAsync(Func<ScaleWork, Task<WorkFigure>> measure)
        {
            for (var i = 0; i < logs.Count; i++)
            {
                work[i].Add(await measure(new ScaleWork(logs[i], show)));
            }
        }

        await WorkAsync(w => w.RebuildAsync("world", "rebuild of the rows of worlds", cancellationToken));
        await WorkAsync(w => w.RebuildAsync("ledger:runs", "rebuild of the summaries of runs", cancellationToken));
        foreach (var log in logs)
        {
            await log.ForkAsync(show, cancellationToken);
        }

        var questions = await ScaleQuestions.AskAsync(logs, show, cancellationToken);
        await WorkAsync(w => w.ReadAsync(cancellationToken));
        await WorkAsync(w => w.DumpAsync(cancellationToken));
        var sizes = new List<(long Database, long Events)>();
        foreach (var log in logs)
        {
            sizes.Add(await log.SizeAsync(cancellationToken));
        }

        // Last, because the questions are those of a log without it, and it is as large as the events.
        await WorkAsync(w => w.RebuildAsync("ledger:search", "rebuild of the index of the search", cancellationToken));
        return [.. plans.Select((plan, i) => new ScaleResult(plan, sizes[i].Database, sizes[i].Events, made[i], questions[i], work[i]))];
    }

    // The disk that has to hold the logs is that of the server.
    private static async Task<string> DataFolderAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand("show data_directory");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
