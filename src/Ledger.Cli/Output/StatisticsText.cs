using System.Globalization;
using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Worlds;

namespace Ledger.Cli.Output;

/// <summary>Prints the cost of reads on standard error, so that standard output holds only the answer.</summary>
internal static class StatisticsText
{
    public static async Task PrintAsync(Session session)
    {
        foreach (var read in session.Reads)
        {
            await session.Io.Error.WriteLineAsync(Printable.Of(session.Json ? JsonSerializer.Serialize(ReadStatisticsContract.Of(read), ContractContext.Default.ReadStatisticsContract) : Sentence(read)));
        }
    }

    private static string Sentence(ReadStatistics read)
    {
        if (read.EventsRead == 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Read {Printable.Count(read.RowsRead, "row")} in {read.Elapsed.TotalMilliseconds:N1} ms.");
        }

        var snapshot = read.Snapshot is { } used ? $"the snapshot of {used.Stream} at {used.Position}" : "no snapshot";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Read {Printable.Count(read.EventsRead, "event")} of {Printable.Count(read.Segments, "segment")}, folded {read.EventsFolded:N0}, from {snapshot}: {Printable.Count(read.Bytes, "byte")} in {read.Elapsed.TotalMilliseconds:N1} ms.");
    }
}
