using Ledger.Cli.Output;
using Ledger.Runs;

namespace Ledger.Cli.Calls;

/// <summary>A call whose end is open, as text.</summary>
internal static class OpenCallText
{
    public static string StateOf(OpenCall call) => call.IsUnknown ? "unknown" : "open";

    public static void PrintLine(Printer output, OpenCall call) => output
        .Add($"{call.RequestId}  ", Tone.Name)
        .Add($"{StateOf(call),-7}  {call.Kind}  ")
        .AddRest($"since {Printable.Time(call.Since)}{(call.Owner is { } owner ? $" by {owner}" : "")}", Tone.Faint)
        .EndLine();
}
