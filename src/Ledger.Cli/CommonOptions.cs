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

    public static Option<string?> Output { get; } = new("--output", "-o")
    {
        Description = "How to print: table, json (as --json); lists also as ndjson (a document per line) or csv. Default: table.",
        HelpName = "FORMAT",
        Recursive = true,
        CompletionSources = { "table", "json", "ndjson", "csv" },
    };

    public static Option<string?> Profile { get; } = new("--profile")
    {
        Description = "The settings to use, of those that 'ledger profile list' shows. Defaults to LEDGER_PROFILE.",
        HelpName = "NAME",
        Recursive = true,
    };

    public static Option<bool> Utc { get; } = new("--utc")
    {
        Description = "Show times in UTC, and read those without an offset so. Default: your time zone. JSON has always UTC.",
        Recursive = true,
    };

    public static Option<bool> NoPager { get; } = new("--no-pager")
    {
        Description = "Do not start a pager (LEDGER_PAGER, PAGER or less) for long lists on a terminal.",
        Recursive = true,
    };

    public static Option<string?> Connection { get; } = new("--connection")
    {
        Description = "The server: \"Host=…;Database=…\" or postgresql://USER@HOST/DATABASE. Defaults to LEDGER_POSTGRES, then to your profile, "
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

    public static Option<string?> Tenant { get; } = new("--tenant")
    {
        Description = "The tenant whose log is meant. The connection is that of the schema with the logs of many, or of the database with the table or the pool of tenants. See 'ledger tenants'.",
        HelpName = "NAME",
        Recursive = true,
    };

    public static Option<int?> RetryFor { get; } = new("--retry-for")
    {
        Description = "Seconds to wait for a server that is unreachable or read-only. Default: 2.",
        HelpName = "SECONDS",
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
