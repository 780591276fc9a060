using System.Text.RegularExpressions;

namespace Ledger.Testing;

/// <summary>The options of a PostgreSQL server for tests.</summary>
public sealed partial record TestPostgresOptions
{
    /// <summary>The source of the server. Default: <see cref="TestServer.NamedOrOwn"/>.</summary>
    public TestServer Server { get; init; } = TestServer.NamedOrOwn;

    /// <summary>How an own server survives a crash of the machine. Default: <see cref="TestDurability.None"/>.</summary>
    public TestDurability Durability { get; init; } = TestDurability.None;

    /// <summary>
    /// Settings of an own server by their names in <c>postgresql.conf</c>, in addition to <c>max_connections</c> 200,
    /// <c>max_prepared_transactions</c> 20 and <c>jit</c> off: compiling takes longer than the queries of a test. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The time limit for starting or stopping an own server, from 1 second to 1 hour. Default: 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Settings);
        var faults = Settings.Keys.Where(name => !SettingName().IsMatch(name)).Select(name => $"'{name}' is not the name of a setting.").ToList();
        faults.AddRange(Settings.Where(setting => setting.Value.AsSpan().ContainsAny('\0', '\n')).Select(setting => $"The value of '{setting.Key}' has a line break or a NUL."));
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromHours(1))
        {
            faults.Add($"Timeout is '{Timeout}', but must be from 1 second to 1 hour.");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", faults));
        }
    }

    internal IReadOnlyDictionary<string, string> AllSettings()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["max_connections"] = "200",
            ["max_prepared_transactions"] = "20",
            ["timezone"] = "UTC",
            ["log_checkpoints"] = "off",
            ["jit"] = "off",
        };
        var durable = Durability is TestDurability.Full ? "on" : "off";
        foreach (var name in (string[])["fsync", "synchronous_commit", "full_page_writes"])
        {
            all[name] = durable;
        }

        // With many short-lived databases its workers do nothing but connect.
        if (Durability is TestDurability.None)
        {
            all["autovacuum"] = "off";
        }

        foreach (var setting in Settings)
        {
            all[setting.Key] = setting.Value;
        }

        return all;
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.]*\z")]
    private static partial Regex SettingName();
}
