using System.Text;
using Ledger.Cli.Output;

namespace Ledger.Cli;

/// <summary>The version of this program, without the build's revision; the build writes it here.</summary>
internal static partial class ProgramVersion
{
    /// <summary>Prints it without the tree of commands, as scripts ask for it before each use.</summary>
    /// <returns>The exit code.</returns>
    public static int Print()
    {
        try
        {
            using var output = StandardOutput.Open();
            output.Write(Encoding.ASCII.GetBytes(Number + '\n'));
            return ExitCodes.Success;
        }
        catch (IOException)
        {
            return ExitCodes.OutputClosed;
        }
    }
}
