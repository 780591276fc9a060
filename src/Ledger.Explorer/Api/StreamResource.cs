using Ledger.Explorer.Branches;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>A run or branch: its description, usage, branches, snapshot, and forks of it.</summary>
internal static class StreamResource
{
    public static Task<Run> OpenAsync(ExplorerRequest request) =>
        request.Explorer.Ledger.OpenAsync(PathText.Stream(request.Http), request.Aborted);

    public static string AddressOf(ExplorerRequest request, StreamName stream) =>
        $"{request.Http.Request.PathBase}{request.Explorer.Prefix}/api/v1/streams/{Uri.EscapeDataString(stream.Value)}";

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var branch = await request.Explorer.Ledger.Store.GetBranchAsync(run.StreamName, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            StreamJsonForm.WriteMembers(writer, stream);
            writer.WriteNumber("length", run.History.LengthAt(stream.Version).Value);
            if (branch is not null)
            {
                writer.WriteString("parent", branch.Parent.Value);
                writer.WriteString("root", branch.Root.Value);
                writer.WriteNumber("fork_position", branch.ForkPosition.Value);
                writer.WriteString("name", branch.Name);
            }

            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>The costs; reads the whole history.</summary>
    public static async Task ShowUsageAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var stream = await request.DescribeAsync(run.StreamName).ConfigureAwait(false);
        var usage = await request.Explorer.Usages.GetAsync(stream, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            StreamJsonForm.WriteUsage(writer, usage);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public static async Task ListBranchesAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var branches = request.Explorer.Ledger.Store.ListBranchesAsync(run.StreamName, request.Aborted);
        await JsonAnswer.SendArrayAsync(request.Http, branches, (writer, branch) =>
        {
            writer.WriteStartObject();
            StreamJsonForm.WriteMembers(writer, branch);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>All branches of the log.</summary>
    public static async Task ListAllBranchesAsync(ExplorerRequest request)
    {
        var branches = request.Explorer.Ledger.Store.ListBranchesAsync(null, request.Aborted);
        await JsonAnswer.SendArrayAsync(request.Http, branches, (writer, branch) =>
        {
            writer.WriteStartObject();
            StreamJsonForm.WriteMembers(writer, branch);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>The newest snapshot of its world.</summary>
    public static async Task ShowSnapshotAsync(ExplorerRequest request)
    {
        var run = await OpenAsync(request).ConfigureAwait(false);
        var snapshot = await run.LoadSnapshotAsync(request.Aborted).ConfigureAwait(false) ?? throw new Failures.NotFoundException(
            $"There is no snapshot of '{run.StreamName}'. 'ledger snapshot' saves one.");
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("stream", snapshot.Stream.Value);
            writer.WriteNumber("position", snapshot.Position.Value);
            writer.WriteNumber("objects", snapshot.World.Objects.Count);
            writer.WriteNumber("relations", snapshot.World.Relations.Count);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public static async Task ForkAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, "at", "id", "name").ConfigureAwait(false);
        var at = body.Position("at") ?? throw new Rendering.BadRequestException("The body lacks 'at', the number of events that the branch shares.");
        var parent = PathText.Stream(request.Http);
        var branch = await Forking.ForkAsync(request, parent, at, body.Text("id"), body.Text("name")).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        request.Http.Response.Headers.Location = AddressOf(request, branch.StreamName);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("branch_id", branch.Id);
            writer.WriteString("stream", branch.StreamName.Value);
            writer.WriteString("parent", parent.Value);
            writer.WriteNumber("fork_position", at.Value);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
