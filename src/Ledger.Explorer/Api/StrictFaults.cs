using Ledger.Worlds;

namespace Ledger.Explorer.Api;

/// <summary>How a request treats events that cannot be applied.</summary>
internal static class StrictFaults
{
    public static WorldFaults Of(ExplorerRequest request, string otherwise = "skip") =>
        request.Query.Choice("faults", otherwise, "skip", "throw") == "throw" ? WorldFaults.Throw : WorldFaults.Skip;
}
