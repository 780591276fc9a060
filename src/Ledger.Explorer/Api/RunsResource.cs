using Ledger.Explorer.Runs;
using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The list of runs, and the start of one.</summary>
internal static class RunsResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var kind = request.Query.Choice("kind", "runs", "runs", "branches", "all");
        var query = RunListReader.QueryOf(request.Query, kind);
        var page = await request.Explorer.Search.FindStreamsAsync(query, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("runs");
            foreach (var (stream, branches) in page.Streams)
            {
                writer.WriteStartObject();
                StreamJsonForm.WriteMembers(writer, stream);
                writer.WriteNumber("branches", branches);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteBoolean("has_more", page.HasMore);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public static async Task StartAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, "id").ConfigureAwait(false);
        var id = body.Text("id");
        if (id is not null)
        {
            Query.NewStreamNameOf($"run:{id}");
        }

        var run = await request.Explorer.Ledger.StartRunAsync(id, request.Aborted).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        request.Http.Response.Headers.Location = StreamResource.AddressOf(request, run.StreamName);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            StreamJsonForm.WriteMembers(writer, stream);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
