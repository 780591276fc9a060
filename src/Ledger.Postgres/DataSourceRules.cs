using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>Requirements on a data source, checked before it is used.</summary>
internal static class DataSourceRules
{
    private const BindingFlags Inside = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    /// <summary>What is wrong with multiplexing, as the rest of a sentence that begins with its source.</summary>
    public const string Multiplexing = "has 'Multiplexing=true', which gives a caller no dedicated connection and no prepared statements. Remove it.";

    /// <summary>Refuses a data source that Ledger cannot work with.</summary>
    /// <exception cref="ArgumentException">It multiplexes, or knows no arrays.</exception>
    public static void Check(NpgsqlDataSource dataSource)
    {
        if (SettingsOf(dataSource).Multiplexing)
        {
            throw new ArgumentException($"The connection string of the data source {Multiplexing}");
        }

        if (!KnowsArrays(dataSource))
        {
            throw new ArgumentException(
                "The data source can neither write nor read arrays, as one of NpgsqlSlimDataSourceBuilder, and Ledger's statements take and return them. "
                + "Call EnableArrays() on its builder, or use NpgsqlDataSourceBuilder.");
        }
    }

    /// <summary>How many connections a data source opens at most; null if it has no pool.</summary>
    public static int? PoolSizeOf(NpgsqlDataSource dataSource)
    {
        var settings = SettingsOf(dataSource);
        return settings.Pooling ? settings.MaxPoolSize : null;
    }

    private static NpgsqlConnectionStringBuilder SettingsOf(NpgsqlDataSource dataSource) => new(dataSource.ConnectionString);

    // Npgsql reports it only at the first statement, by an exception about the type of a parameter. It has no public member for it; if the private member is
    // missing in another version, the first statement reports it.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A trimmed program may lack the private member too; then the first statement reports it.")]
    private static bool KnowsArrays(NpgsqlDataSource dataSource)
    {
        var chain = typeof(NpgsqlDataSource).GetField("_resolverChain", Inside)?.GetValue(dataSource);
        return chain?.GetType().GetProperty("ArraysEnabled", Inside)?.GetValue(chain) is not false;
    }
}
