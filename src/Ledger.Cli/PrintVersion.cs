using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Ledger.Cli;

/// <summary>Prints the version of this program, without the build's revision.</summary>
internal sealed class PrintVersion : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(PrintVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var number = version.Split('+')[0];
        parseResult.InvocationConfiguration.Output.WriteLine(parseResult.GetValue(CommonOptions.Json) ? $$"""{"version":"{{number}}"}""" : number);
        return ExitCodes.Success;
    }
}
