using Ledger.Explorer.Failures;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.Extensions.Logging;

namespace Ledger.Mcp;

/// <summary>The sentences that clients get for exceptions; what is a bug is logged, and not shown.</summary>
internal sealed class ToolFaults(ILogger logger)
{
    public string Describe(Exception fault)
    {
        switch (fault)
        {
            case UsageException or RefusalException or ChronoRecordException
                or UnknownReferenceException or MessageExistsException or CallOfAnotherTaskException or StaleUpdateException or StatusMoveException or TaskLeaseException
                or ArgumentException { ParamName: null }:
                return fault.Message;
            default:
                if (FailureTable.Find(fault) is { } failure)
                {
                    return failure.Detail;
                }

                Log.ToolFailed(logger, fault);
                return $"The tool failed: {fault.GetType().Name}. The log of the application has the details.";
        }
    }
}
