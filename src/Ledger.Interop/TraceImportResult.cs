using Ledger.Files;

namespace Ledger.Interop;

/// <summary>What became of the spans of a request.</summary>
/// <param name="Runs">The runs that have them.</param>
/// <param name="RejectedSpans">The number of spans that could not be written, from 0.</param>
/// <param name="LeftOutSpans">The number of spans of traces in which no agent works, which were left out, from 0.</param>
/// <param name="Faults">A sentence for each conversation that could not be written, and for spans without ids.</param>
public sealed record TraceImportResult(IReadOnlyList<ImportResult> Runs, long RejectedSpans, long LeftOutSpans, IReadOnlyList<string> Faults);
