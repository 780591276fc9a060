using Ledger.Cli.Output;
using Npgsql;

namespace Ledger.Cli;

/// <summary>Everything a command sees of its surroundings: streams, environment, clock.</summary>
internal sealed record CommandIo
{
    /// <summary>Standard output: only the answer.</summary>
    public required Stream Output { get; init; }

    /// <summary>Standard error: refusals and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>The value of an environment variable; null if unset or empty.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock used for waiting.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The zone in which times are shown, and read if they have no offset.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Starts a pager by its command line, and returns it; null if it cannot be started.</summary>
    public Func<string, Pager?> StartPager { get; init; } = static _ => null;

    /// <summary>The width of the terminal, or null if standard output is not a terminal.</summary>
    public int? OutputWidth { get; init; }

    /// <summary>Whether a person watches standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>A data source for a connection string that outlives the command, or null for one of the command's own.</summary>
    public Func<string, NpgsqlDataSource?> SharedDataSource { get; init; } = static _ => null;

    /// <summary>Whether to use colours and moving bars: not with <c>NO_COLOR</c> (no-color.org) or on a dumb terminal.</summary>
    public bool AllowsColours => Environment("NO_COLOR") is null && Environment("TERM") != "dumb";

    /// <summary>The streams and the environment of this process.</summary>
    public static CommandIo OfProcess() => new()
    {
        Output = StandardOutput.Open(),
        Error = Console.Error,
        Input = Console.OpenStandardInput(),
        Environment = name => System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        OutputWidth = Console.IsOutputRedirected ? null : Math.Max(Console.WindowWidth, 40),
        ErrorIsTerminal = !Console.IsErrorRedirected,
        TimeZone = TimeZoneInfo.Local,
        StartPager = Pager.Start,
    };
}
