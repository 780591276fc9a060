using System.Globalization;

namespace Ledger.Postgres.Doctor;

/// <summary>Amounts and sizes for people.</summary>
internal static class Amounts
{
    public static string Of(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => Text($"{time.TotalDays:0} days"),
        { TotalHours: >= 2 } => Text($"{time.TotalHours:0} hours"),
        { TotalMinutes: >= 2 } => Text($"{time.TotalMinutes:0} minutes"),
        _ => Text($"{time.TotalSeconds:0} seconds"),
    };

    public static string OfBytes(long bytes) => bytes switch
    {
        >= 1L << 40 => Text($"{bytes / (double)(1L << 40):0.0} TB"),
        >= 1L << 30 => Text($"{bytes / (double)(1L << 30):0.0} GB"),
        >= 1L << 20 => Text($"{bytes / (double)(1L << 20):0.0} MB"),
        _ => Text($"{bytes / 1024.0:0} kB"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
