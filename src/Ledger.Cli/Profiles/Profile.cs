namespace Ledger.Cli.Profiles;

/// <summary>Settings that are used together, such as those of one server.</summary>
internal sealed record Profile
{
    /// <summary>The server, as <c>--connection</c> takes it.</summary>
    public string? Connection { get; init; }

    /// <summary>The schema of the tables.</summary>
    public string? Schema { get; init; }

    /// <summary>Seconds to wait for a server that is unreachable.</summary>
    public int? RetryFor { get; init; }

    /// <summary>How to print, as <c>--output</c> takes it.</summary>
    public string? Output { get; init; }

    /// <summary>Whether times are shown in UTC.</summary>
    public bool? Utc { get; init; }
}
