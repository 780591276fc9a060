using System.CommandLine;

namespace Ledger.Cli;

/// <summary>The options that every command takes.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document, with members in snake_case; tasks, calls and messages as their abilities give them.",
        Recursive = true,
    };

    public static Option<string?> Connection { get; } = new("--connection")
    {
        Description = "The server, as Npgsql writes it: \"Host=…;Database=…\". Without it LEDGER_POSTGRES counts, "
            + "then a private server of yours, which is started and migrated when need be.",
        HelpName = "STRING",
        Recursive = true,
    };

    public static Option<string?> Schema { get; } = new("--schema")
    {
        Description = "The schema of the tables; 'ledger' unless given.",
        HelpName = "NAME",
        Recursive = true,
    };

    public static Option<int> RetryFor { get; } = new("--retry-for")
    {
        Description = "Seconds to wait for a server that is away or read-only.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 2,
        Recursive = true,
    };

    /// <summary>For the commands that ask worlds; each adds it.</summary>
    public static Option<bool> Strict { get; } = new("--strict")
    {
        Description = "Refuse the answer where an event cannot be applied to the world; without it the world goes on without the event.",
    };

    /// <summary>For the commands that read histories or lists; each adds it.</summary>
    public static Option<bool> Stats { get; } = new("--stats")
    {
        Description = "Say on standard error what the reading cost: events, segments, the snapshot used, rows, bytes, time.",
    };
}
