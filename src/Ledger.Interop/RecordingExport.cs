using Ledger.Interop.CloudEvents;
using Ledger.Interop.Exporting;

namespace Ledger.Interop;

/// <summary>Writes runs and branches in the formats of other tools; a branch with the events that it shares.</summary>
/// <remarks>Event files are written by <see cref="Files.EventExport"/>.</remarks>
public static class RecordingExport
{
    /// <summary>Writes a trajectory in ATIF, with constant memory for all but the current step.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="output">Gets the JSON document, as UTF-8.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The events that are no steps, such as those of objects.</returns>
    public static async Task<ExportReport> WriteAtifAsync(Run run, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);
        var report = new ExportReport();
        await new AtifExport(run, report).WriteAsync(output, cancellationToken).ConfigureAwait(false);
        return report;
    }

    /// <summary>The conversations of a run in the form of Chat Completions, a line <c>{"messages": […]}</c> each, as for fine-tuning or a replay.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="report">Gets the events that are no messages; null for nowhere.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChatLinesAsync(Run run, ExportReport? report = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return ChatExport.ReadLinesAsync(run, report ?? new ExportReport(), cancellationToken);
    }

    /// <summary>A run as spans in OTLP/JSON with the GenAI conventions, up to 200 spans a line, as the collector's file exporter writes them. Spans that were imported are written as they were.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="report">Gets the events that are no spans; null for nowhere.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOtlpLinesAsync(Run run, ExportReport? report = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new OtlpExport(run, report ?? new ExportReport()).ReadLinesAsync(cancellationToken);
    }

    /// <summary>A history as CloudEvents, one a line, from which an import makes the same history; see <see cref="CloudEvent"/>.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="source">What names the log: a URI reference.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">The source is not a URI reference.</exception>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ReadCloudEventLinesAsync(Run run, string source = CloudEvent.DefaultSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        CloudEventForm.CheckSource(source);
        return run.ReadAsync(cancellationToken: cancellationToken).Select(recorded => CloudEventForm.Line(recorded, source));
    }
}
