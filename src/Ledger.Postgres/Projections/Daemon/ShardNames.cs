using Ledger.Projections;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The names of the rows in <c>mt_event_progression</c>.</summary>
internal static class ShardNames
{
    /// <summary>The row of the high-water mark, which is not Marten's.</summary>
    public const string Mark = "Ledger:HighWaterMark";

    private const string Ending = ":All";

    public static string Of(Projection projection) => projection.Key + Ending;

    public static string Of(Subscription subscription) => subscription.Name + Ending;

    public static string Of(string key) => key + Ending;

    /// <summary>What an application stands for that acts on a projection of Marten when it is asked to.</summary>
    public static string OfApplication(string key) => key + ":Marten";

    /// <summary>What a shard runs: a projection's or subscription's name, with its version from the second on.</summary>
    public static string KeyOf(string shard) => shard.EndsWith(Ending, StringComparison.Ordinal) ? shard[..^Ending.Length] : shard;
}
