namespace Ledger.Postgres.Local;

/// <summary>Where the private cluster lives and how long to wait for it.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>
    /// The folder of Ledger's data. Default: the environment variable <c>LEDGER_HOME</c>, else <c>ledger</c> in the user's data folder
    /// (<c>$XDG_DATA_HOME</c>, or <c>~/.local/share</c>). When root's home may not be entered by the user that the server runs as,
    /// the cluster lives in <c>/var/lib/ledger-…</c>, named after this folder.
    /// </summary>
    public string Home { get; init; } = DefaultHome();

    /// <summary>How long to wait for the server to start or stop, from 1 second to 1 hour. Default: 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of waits. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The folder for root's clusters, which cannot be in <see cref="Home"/>.</summary>
    internal string SystemFolder { get; init; } = "/var/lib";

    /// <summary>Further options of <c>initdb</c>: tests need not wait for the disk.</summary>
    internal IReadOnlyList<string> InitializeOptions { get; init; } = [];

    internal void Validate()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(Home))
        {
            faults.Add("Home is empty: set LEDGER_HOME to a folder.");
        }

        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromHours(1))
        {
            faults.Add($"Timeout is '{Timeout}', but must be from 1 second to 1 hour.");
        }

        if (TimeProvider is null)
        {
            faults.Add("TimeProvider is null.");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", faults));
        }
    }

    private static string DefaultHome()
    {
        if (Environment.GetEnvironmentVariable("LEDGER_HOME") is { Length: > 0 } home)
        {
            return home;
        }

        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length == 0 ? "" : Path.Combine(data, "ledger");
    }
}
