using System.Text;
using Ledger.Explorer.Rendering;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>Properties on one line.</summary>
internal static class PropertyLine
{
    private const int Length = 160;

    public static string Of(Properties properties)
    {
        var line = new StringBuilder();
        foreach (var (name, value) in properties)
        {
            if (line.Length > Length)
            {
                return DisplayText.Cut(line.ToString(), Length);
            }

            line.Append(line.Length == 0 ? "" : " · ").Append(name).Append(": ").Append(EventSummary.Line(value, 80));
        }

        return DisplayText.Cut(line.ToString(), Length);
    }
}
