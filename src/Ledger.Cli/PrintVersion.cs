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
        parseResult.InvocationConfiguration.Output.WriteLine(version.Split('+')[0]);
        return ExitCodes.Success;
    }
}
