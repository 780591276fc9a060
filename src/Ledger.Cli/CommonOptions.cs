using System.CommandLine;

namespace Ledger.Cli;

/// <summary>The options that every command takes.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document, with the members that the HTTP API has for the same things.",
        Recursive = true,
    };

    public static Option<string?> Connection { get; } = new("--connection")
    {
        Description = "The server as an Npgsql connection string: \"Host=…;Database=…\". Defaults to LEDGER_POSTGRES, "
            + "then to your private server, which is started and migrated on demand.",
        HelpName = "STRING",
        Recursive = true,
    };

    public static Option<string?> Schema { get; } = new("--schema")
    {
        Description = "The schema of the tables. Default: ledger.",
        HelpName = "NAME",
        Recursive = true,
    };

    public static Option<int> RetryFor { get; } = new("--retry-for")
    {
        Description = "Seconds to wait for a server that is unreachable or read-only.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 2,
        Recursive = true,
    };

    /// <summary>For commands that query worlds; each adds it.</summary>
    public static Option<bool> Strict { get; } = new("--strict")
    {
        Description = "Fail if an event cannot be applied to the world. Default: skip the event.",
    };

    /// <summary>For commands that read histories or lists; each adds it.</summary>
    public static Option<bool> Stats { get; } = new("--stats")
    {
        Description = "Print the cost of the read on standard error: events, segments, the snapshot used, rows, bytes, time.",
    };
}
