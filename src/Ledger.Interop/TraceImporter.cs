using System.Runtime.InteropServices;
using Ledger.Files;
using Ledger.Interop.Detecting;
using Ledger.Interop.OpenTelemetry;
using Ledger.Interop.Reading;

namespace Ledger.Interop;

/// <summary>Takes spans of OpenTelemetry as programs export them, in parts and in any order: each conversation becomes the run of its name.</summary>
/// <remarks>
/// <para>Safe for concurrent use; requests are imported one after the other. The name is that of <c>gen_ai.conversation.id</c>, which spans of one trace share, else the id of the trace.
/// The conversations of the last 100,000 traces are remembered, so that a span without one finds the run of its trace; after a restart, those that end later are in the run of the trace.</para>
/// <para>Spans that were taken before are not written again.</para>
/// </remarks>
public sealed class TraceImporter : IDisposable
{
    private readonly AgentLedger _ledger;
    private readonly TraceConversations _conversations = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Creates an importer that writes to a log.</summary>
    public TraceImporter(AgentLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        _ledger = ledger;
    }

    /// <summary>Takes spans in OTLP/JSON.</summary>
    /// <param name="source">An <c>ExportTraceServiceRequest</c>, or one a line.</param>
    /// <param name="cancellationToken">Stops between two transactions.</param>
    /// <exception cref="EventFileException">It is not OTLP; nothing was written.</exception>
    public Task<IReadOnlyList<ImportResult>> ImportAsync(RecordingSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        FormatDetector.ReaderOf(source, RecordingFormat.Otlp);
        return ImportAsync(source, new Extras(), cancellationToken);
    }

    /// <summary>Takes spans in the binary form of OTLP.</summary>
    /// <param name="protobuf">An <c>ExportTraceServiceRequest</c>.</param>
    /// <param name="cancellationToken">Stops between two transactions.</param>
    /// <exception cref="EventFileException">It is not OTLP; nothing was written.</exception>
    public async Task<IReadOnlyList<ImportResult>> ImportAsync(ReadOnlyMemory<byte> protobuf, CancellationToken cancellationToken = default)
    {
        var extras = new Extras();
        var json = RecordedJson.ToElement(new OtlpProtobuf(extras).Read(protobuf.Span));
        using var source = RecordingSource.OfBytes("the spans", JsonMarshal.GetRawUtf8Value(json).ToArray());
        return await ImportAsync(source, extras, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<IReadOnlyList<ImportResult>> ImportAsync(RecordingSource source, Extras extras, CancellationToken cancellationToken)
    {
        // Two requests may have spans of one run, and each must see what the other has written.
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SpanTracks.Read(new OtlpForms(), source, null, extras, _conversations).ImportAsync(_ledger, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
