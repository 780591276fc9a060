using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ledger.Records;

namespace Ledger.Cli.Chrono;

/// <summary>A command that writes events and stamps the writer's depth on them.</summary>
internal abstract class ChronoWriteCommand : ChronoCommand
{
    private readonly Option<long> _depth = new("--depth")
    {
        Description = "How deep the writer is in a chain of agents; stamped on what is written. Default: 0.",
        HelpName = "N",
        CustomParser = ParseDepth,
    };

    protected ChronoWriteCommand(string name, string description)
        : base(name, description) => Add(_depth);

    protected override ChronoOptions OptionsOf(Session session) =>
        base.OptionsOf(session) with { RecursionDepth = session.Get(_depth) };

    private static long ParseDepth(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var depth))
        {
            result.AddError($"--depth must be a whole number from 0, but was '{text}'");
        }

        return depth;
    }
}
