using Ledger.Cli.Output;

namespace Ledger.Cli;

/// <summary>All that a command knows of the world around it: its streams, its environment, its clock.</summary>
internal sealed record CommandIo
{
    /// <summary>Standard output: what was asked for, and nothing else.</summary>
    public required Stream Output { get; init; }

    /// <summary>Standard error: refusals and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>The value of an environment variable; null where it is not set or empty.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock of waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The width of the terminal that standard output is, or null when it is none.</summary>
    public int? OutputWidth { get; init; }

    /// <summary>Whether a person watches standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colours and moving bars are wanted: not with <c>NO_COLOR</c> (no-color.org) or on a terminal that has none.</summary>
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
    };
}
