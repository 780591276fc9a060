using System.Text.Json;
using Ledger.Files;
using Ledger.Interop.Detecting;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop;

/// <summary>Takes spans of OpenTelemetry as programs export them, in parts and in any order: each conversation becomes the run of its name.</summary>
/// <remarks>
/// <para>Safe for concurrent use; requests are written one after the other. A trace stays in the run of its first spans, which the log says with an event <c>otel.trace</c>, also
/// to other processes: that of the <c>gen_ai.conversation.id</c> that they name, else that of the trace. Later spans that name another conversation go to its run, but not from the run of a trace.</para>
/// <para>Spans that were taken before are not written again. Traces are left out of which the log has nothing and no span is of the GenAI conventions. A request has at most 100,000 spans;
/// those without both ids are rejected.</para>
/// </remarks>
public sealed class TraceImporter : IDisposable
{
    private const int MostAttempts = 5;

    // Some tens of megabytes.
    private const int MostKnownCalls = 100_000;

    private readonly AgentLedger _ledger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly KnownCalls _known = new(MostKnownCalls, TimeProvider.System);

    /// <summary>Creates an importer that writes to a log.</summary>
    public TraceImporter(AgentLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        _ledger = ledger;
    }

    /// <summary>Takes spans in OTLP/JSON.</summary>
    /// <param name="source">An <c>ExportTraceServiceRequest</c>, or one a line.</param>
    /// <param name="cancellationToken">Stops between two transactions.</param>
    /// <returns>What was written. A conversation that cannot be written does not keep the others from it.</returns>
    /// <exception cref="EventFileException">It is not OTLP, or too large; nothing was written.</exception>
    public async Task<TraceImportResult> ImportAsync(RecordingSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var request = source.FindDocument();
        var index = request is not null && IsRequest(request.RootElement) ? SpanIndex.OfRequest(new OtlpForms(), request.RootElement) : IndexOf(source);
        return await ImportSpansAsync(index, cancellationToken).ConfigureAwait(false);
    }

    // One without spans may lack the member, as JSON of protobuf does.
    private static bool IsRequest(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && (json.GetPropertyCount() == 0 || json.Member("resourceSpans").ValueKind == JsonValueKind.Array);

    // Lines, or what is to be refused in a sentence.
    private static SpanIndex IndexOf(RecordingSource source)
    {
        FormatDetector.ReaderOf(source, RecordingFormat.Otlp);
        return SpanIndex.Of(new OtlpForms(), source, keepsTold: true);
    }

    /// <summary>Takes spans in the binary form of OTLP.</summary>
    /// <param name="protobuf">An <c>ExportTraceServiceRequest</c>.</param>
    /// <param name="cancellationToken">Stops between two transactions.</param>
    /// <returns>What was written. A conversation that cannot be written does not keep the others from it.</returns>
    /// <exception cref="EventFileException">It is not OTLP, or too large; nothing was written.</exception>
    public async Task<TraceImportResult> ImportAsync(ReadOnlyMemory<byte> protobuf, CancellationToken cancellationToken = default)
    {
        using var request = new SpanBytes(protobuf);
        return await ImportSpansAsync(SpanIndex.OfRequest(new OtlpForms(), request), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How many ids and events of the log were looked at for calls, for tests.</summary>
    internal long Lookups => _known.Lookups;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<TraceImportResult> ImportSpansAsync(SpanIndex index, CancellationToken cancellationToken)
    {
        // Two requests may have spans of one run, and each must see what the other has written.
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (await WriteAsync(index, attempt == MostAttempts, cancellationToken).ConfigureAwait(false) is { } result)
                {
                    return result;
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    // Null if another process wrote some of it meanwhile, so that the log must be asked again.
    private async Task<TraceImportResult?> WriteAsync(SpanIndex index, bool isLast, CancellationToken cancellationToken)
    {
        var homes = await LoggedRun.FindHomesAsync(_ledger, index.Traces, cancellationToken).ConfigureAwait(false);
        var conversations = index.InLog(homes);
        var begun = conversations.Begun.ToLookup(trace => trace.Value, trace => trace.Key, StringComparer.Ordinal);
        var (runs, faults, rejected) = (new List<ImportResult>(), new List<string>(), 0L);
        foreach (var (id, spans) in conversations.Runs)
        {
            try
            {
                var logged = await LoggedRun.FindAsync(_ledger, _known, id, spans, [.. begun[id]], cancellationToken).ConfigureAwait(false);
                var run = new SpanRun(null, index, spans, logged);

                // Made once, because that takes most of the time, and checked when they are written: a request is one transaction, unless it is very large.
                List<NewEvent> events = [.. run.Read(new Extras())];
                runs.Add(await new EventImporter(_ledger).ImportAsync(EventRecording.InspectUnordered(id, () => events), cancellationToken: cancellationToken).ConfigureAwait(false));
            }
            catch (EventIdInUseException) when (!isLast)
            {
                return null;
            }
            catch (Exception fault) when (fault is EventIdInUseException or StreamArchivedException or ImportRefusedException or InvalidEventException or EventFileException)
            {
                faults.Add(fault.Message);
                rejected += spans.Count;
            }
        }

        if (index.WithoutIds > 0)
        {
            faults.Add($"Spans without a traceId or a spanId, which are not taken: {index.WithoutIds:N0}.");
            rejected += index.WithoutIds;
        }

        return new TraceImportResult(runs, rejected, conversations.LeftOut, faults);
    }
}
