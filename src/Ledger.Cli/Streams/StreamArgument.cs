using System.CommandLine;

namespace Ledger.Cli.Streams;

/// <summary>Arguments that name a run or branch.</summary>
internal static class StreamArgument
{
    public static Argument<string> Create(string description, string name = "ID") => new(name) { Description = description };

    public static Argument<string?> CreateOptional(string description, string name = "ID") => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };
}
