using System.CommandLine;

namespace Ledger.Cli.Streams;

/// <summary>Arguments that name a run or branch.</summary>
internal static class StreamArgument
{
    /// <summary>For commands that read a history up to a position.</summary>
    public const string WithPosition = "A run or branch, by its id or stream name; ID@N: its first N events.";

    public static Argument<string> Create(string description, string name = "ID") => new(name) { Description = description };

    public static Argument<string?> CreateOptional(string description, string name = "ID") => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };
}
