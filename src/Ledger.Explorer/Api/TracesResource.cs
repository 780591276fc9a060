using System.Runtime.CompilerServices;
using Ledger.Explorer.Contracts;
using Ledger.Interop;

namespace Ledger.Explorer.Api;

/// <summary>Spans as OTLP over HTTP sends them.</summary>
internal static class TracesResource
{
    /// <summary>The route.</summary>
    public static ApiRoute Route { get; } = new(
        "POST",
        "/otlp/v1/traces",
        "Takes spans of OpenTelemetry as OTLP over HTTP: each conversation becomes a run of its name. Spans that are not taken are counted in the answer; a refusal is a google.rpc.Status in the encoding of the request.",
        TakeAsync)
    {
        Json = ContractContext.Default.TracesContract,
        Body = ContractContext.Default.TracesRequest,
        Files = [TracesRefusal.Protobuf],
        MostBytes = MostBytesOf,
        Success = 200,
        Refusals = [403, 413, 415, 507],
        RefusesAs = ["application/json", TracesRefusal.Protobuf],
        Refusal = ContractContext.Default.RpcStatusContract,
        Refuse = TracesRefusal.SendAsync,
    };

    // Decompressed: all of them are in memory, and programs send parts.
    private const int MostBytes = 32 << 20;

    // One for a log, where requests wait for each other.
    private static readonly ConditionalWeakTable<AgentLedger, TraceImporter> Importers = new();

    private static long MostBytesOf(LedgerExplorerOptions options) => Math.Min(options.MaxUploadBytes, MostBytes);

    // Each conversation becomes the run of its name.
    private static async Task TakeAsync(ExplorerRequest request)
    {
        var isProtobuf = JsonBody.CheckType(request, "application/json", TracesRefusal.Protobuf) == TracesRefusal.Protobuf;
        using var file = await UploadedFile.OfAsync(request, MostBytesOf(request.Explorer.Options), request.Explorer.RoomForSpans).ConfigureAwait(false);
        var importer = Importers.GetValue(request.Explorer.Ledger, ledger => new TraceImporter(ledger));
        TraceImportResult result;
        if (isProtobuf)
        {
            result = await importer.ImportAsync(await File.ReadAllBytesAsync(file.Path, request.Aborted).ConfigureAwait(false), request.Aborted).ConfigureAwait(false);
        }
        else
        {
            using var source = RecordingSource.OfBytes("the spans", await File.ReadAllBytesAsync(file.Path, request.Aborted).ConfigureAwait(false));
            result = await importer.ImportAsync(source, request.Aborted).ConfigureAwait(false);
        }

        // A program that gets another status drops what could be taken too.
        var (rejected, message) = TracesAnswer.Of(result);
        if (result.Faults.Count > 0 || result.Runs.Any(run => run.Note is not null))
        {
            Log.SpansRejected(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), result.RejectedSpans, message!);
        }

        request.Http.Response.ContentType = isProtobuf ? TracesRefusal.Protobuf : "application/json";
        await request.Http.Response.Body.WriteAsync(isProtobuf ? TracesAnswer.ToProtobuf(rejected, message) : TracesAnswer.ToJson(rejected, message), request.Aborted).ConfigureAwait(false);
    }
}
