using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Merging;

/// <summary>Reads the page of a merge.</summary>
internal static class MergePageReader
{
    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var model = new MergeModel { Target = request.Query.FindStream("target"), Source = request.Query.FindStream("source") };
        if (model is not { Target: { } target, Source: { } source })
        {
            return Page.Of<MergePage>(model);
        }

        return await MergeForm.RefusingAsync(async () =>
        {
            var run = await request.Explorer.Ledger.OpenAsync(target, request.Aborted).ConfigureAwait(false);
            var branch = await request.Explorer.Ledger.OpenAsync(source, request.Aborted).ConfigureAwait(false);
            var preview = await run.PreviewMergeAsync(branch, cancellationToken: request.Aborted).ConfigureAwait(false);
            return Page.Of<MergePage>(model with { Preview = preview });
        }).ConfigureAwait(false);
    }
}
