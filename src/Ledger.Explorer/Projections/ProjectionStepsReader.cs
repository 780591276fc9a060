using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Explorer.Api;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Explorer.Projections;

/// <summary>Follows a projection over a stream, for pages and the API.</summary>
internal static class ProjectionStepsReader
{
    private const int MostOfPage = 100;
    private const int MostOfAnswer = 1_000;

    // States can be large: then a part has fewer steps, but one at least.
    private const long MostBytes = 4 * 1024 * 1024;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var projection = request.Query.Text("projection");
        var limit = request.Query.Number("limit", 25, 1, MostOfPage);
        if (request.Query.FindStream("stream") is not { } stream)
        {
            return Page.Of<ProjectionStepsPage>(new ProjectionStepsModel(null, projection, [], [], default, default, default, default, limit));
        }

        var run = await request.Explorer.Ledger.OpenAsync(stream, request.Aborted).ConfigureAwait(false);
        var known = run.SteppableProjections;
        projection ??= known.Count > 0 ? known[0] : null;
        return Page.Of<ProjectionStepsPage>(projection is null
            ? new ProjectionStepsModel(run, null, known, [], default, default, default, default, limit)
            : await ReadAsync(request, run, projection, limit).ConfigureAwait(false));
    }

    /// <summary>What can be followed over a stream.</summary>
    public static async Task ListAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        await JsonAnswer.SendAsync(
            request.Http, new SteppableContract(run.StreamName.Value, run.SteppableProjections), ContractContext.Default.SteppableContract).ConfigureAwait(false);
    }

    /// <summary>The steps for programs.</summary>
    public static async Task SendAsync(ExplorerRequest request)
    {
        var run = await StreamResource.OpenAsync(request).ConfigureAwait(false);
        var projection = PathText.Of(request.Http, "projection");
        var model = await ReadAsync(request, run, projection, request.Query.Number("limit", 100, 1, MostOfAnswer)).ConfigureAwait(false);
        var answer = new ProjectionStepPageContract(
            run.StreamName.Value, projection, [.. model.Steps.Select(ProjectionStepContract.Of)], model.Next.Value, model.IsLast);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.ProjectionStepPageContract).ConfigureAwait(false);
    }

    private static async Task<ProjectionStepsModel> ReadAsync(ExplorerRequest request, Run run, string projection, int limit)
    {
        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var from = request.Query.Position("from") ?? Position.Start;
        var end = request.Query.Position("to") is { } to && to < length ? to : length;
        if (from > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, from, length);
        }

        if (end < from)
        {
            throw new BadRequestException($"'to' is {end}, which comes before 'from', {from}.");
        }

        var known = run.SteppableProjections;
        if (!known.Contains(projection) && !known.Contains($"ledger:{projection}"))
        {
            throw new NotFoundException(
                $"'{DisplayText.Cut(projection, 80)}' cannot be followed over '{run.StreamName}'. {(known.Count == 0 ? "Nothing can" : $"What can be: {string.Join(", ", known)}")}.");
        }

        var steps = new List<ProjectionStep>();
        var bytes = 0L;
        var last = new Position(Math.Min(end.Value, from.Value + limit));
        await foreach (var step in run.StepAsync(projection, from, last, request.Aborted).ConfigureAwait(false))
        {
            steps.Add(step);
            bytes += SizeOf(step.Before) + SizeOf(step.After) + step.Event.Json.Length;
            if (bytes > MostBytes)
            {
                break;
            }
        }

        return new ProjectionStepsModel(run, projection, known, steps, from, steps.Count == 0 ? end : new Position(from.Value + steps.Count), end, length, limit);
    }

    private static long SizeOf(JsonElement state) => state.ValueKind == JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(state).Length;
}
