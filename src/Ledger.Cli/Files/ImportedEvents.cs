using Ledger.Log;

namespace Ledger.Cli.Files;

/// <summary>Reports the progress of an import as a number of events.</summary>
internal sealed class ImportedEvents(IProgress<long> events) : IProgress<ImportProgress>
{
    public void Report(ImportProgress value) => events.Report(value.Events + value.Skipped);
}
