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
        var results = new List<ScaleResult>();
        foreach (var plan in plans)
        {
            var started = Stopwatch.GetTimestamp();
            await using var log = await ScaleLog.CreateAsync(server, plan, show, cancellationToken);
            var made = Stopwatch.GetElapsedTime(started);
            var work = new ScaleWork(log, show);
            var rebuilt = await work.RebuildAsync(cancellationToken);
            await log.ForkAsync(show, cancellationToken);
            // The first to ask pays for the compilation of the code; both logs are asked alike.
            await new ScaleQuestions(log).AskAsync(show, cancellationToken);
            var questions = await new ScaleQuestions(log).AskAsync(show, cancellationToken);
            var read = await work.ReadAsync(cancellationToken);
            var (database, events) = await log.SizeAsync(cancellationToken);
            results.Add(new ScaleResult(plan, database, events, made, questions, [.. rebuilt, .. read]));
        }

        show("");
        var page = ScaleReport.Of(machine, why, results);
        Console.WriteLine(page);
        if (file is not null)
        {
            await File.WriteAllTextAsync(file, page, cancellationToken);
        }

        return ScaleReport.IsWithin(page) ? 0 : 1;
    }

    // The disk that has to hold the logs is that of the server.
    private static async Task<string> DataFolderAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var command = dataSource.CreateCommand("show data_directory");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
