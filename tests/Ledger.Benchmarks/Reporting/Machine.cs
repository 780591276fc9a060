using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Ledger.Benchmarks.Reporting;

/// <summary>What the figures were taken on.</summary>
internal sealed record Machine(string When, IReadOnlyList<string> Lines)
{
    public static async Task<Machine> DescribeAsync(string connectionString, CancellationToken cancellationToken)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        var load = ReadFirst("/proc/loadavg", _ => true)?.Split(' ')[0] ?? "unknown";
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return new Machine(
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            [
                $"{Environment.ProcessorCount} cores, {memory.ToString("0", CultureInfo.InvariantCulture)} GB, {Processor()}",
                $"PostgreSQL {connection.PostgreSqlVersion} (fsync {await ShowAsync(connection, "fsync", cancellationToken)}, autovacuum {await ShowAsync(connection, "autovacuum", cancellationToken)}), "
                    + $"{RuntimeInformation.FrameworkDescription}, Npgsql {NpgsqlVersion()}",
                $"commit {Commit()}; load of the machine before: {load}",
            ]);
    }

    private static async Task<string> ShowAsync(NpgsqlConnection connection, string setting, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select current_setting($1)", connection) { Parameters = { new() { Value = setting } } };
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string Processor() =>
        ReadFirst("/proc/cpuinfo", l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string NpgsqlVersion() => typeof(NpgsqlConnection).Assembly.GetName().Version!.ToString(3);

    private static string? ReadFirst(string file, Func<string, bool> isWanted) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(isWanted) : null;

    private static string Commit()
    {
        try
        {
            var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty"])
            {
                WorkingDirectory = AppContext.BaseDirectory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var git = Process.Start(start)!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return commit is "" ? "unknown" : commit;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
