using System.CommandLine;
using System.CommandLine.Invocation;

namespace Ledger.Cli;

/// <summary>Prints the version of this program as an option of any command line.</summary>
internal sealed class PrintVersion : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var number = ProgramVersion.Number;
        parseResult.InvocationConfiguration.Output.WriteLine(parseResult.GetValue(CommonOptions.Json) ? $$"""{"version":"{{number}}"}""" : number);
        return ExitCodes.Success;
    }
}
