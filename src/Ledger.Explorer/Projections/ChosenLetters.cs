using Ledger.Explorer.Api;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Projections;

/// <summary>Has several dead letters applied again, or drops them, for pages and the API.</summary>
internal static class ChosenLetters
{
    private const int MostChosen = 1_000;

    /// <summary>Runs the action of a button below the list.</summary>
    /// <exception cref="ConflictException">Some could not be applied, or were not tried.</exception>
    public static async Task ActAsync(ExplorerRequest request, IFormCollection form)
    {
        var letters = await FindAsync(request, null, [.. form["letter"].OfType<string>()]).ConfigureAwait(false);
        if (form["letter"].Count == 0)
        {
            throw new BadRequestException("No dead letter was chosen. Tick those that you mean.");
        }

        if (form["act"].ToString() == "drop-chosen")
        {
            await DropAsync(request, letters, form["reason"].ToString()).ConfigureAwait(false);
            return;
        }

        var answer = await RetryAsync(request, letters).ConfigureAwait(false);
        if (answer.FailedCount > 0 || answer.LeftCount > 0)
        {
            throw new ConflictException(
                $"{DisplayText.Count(answer.ReplayedCount, "dead letter was", "dead letters were")} applied, {DisplayText.Number(answer.FailedCount)} could not be, and {DisplayText.Number(answer.LeftCount ?? 0)} were not tried."
                + (answer.Error is { } error ? $" The last one that failed: {error}" : ""));
        }
    }

    /// <summary>The same for programs.</summary>
    public static async Task RetryAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.RetryLettersRequest).ConfigureAwait(false);
        var ids = body.FindArray("letters") is null ? null : body.Texts("letters");
        var letters = await FindAsync(request, body.Text("projection"), ids).ConfigureAwait(false);
        var answer = await RetryAsync(request, letters).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.ReplayedLettersContract).ConfigureAwait(false);
    }

    /// <summary>Drops several.</summary>
    public static async Task DropAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.DropLettersRequest).ConfigureAwait(false);
        _ = body.Array("letters");
        var letters = await FindAsync(request, null, body.Texts("letters")).ConfigureAwait(false);
        var dropped = await DropAsync(request, letters, body.Text("reason") ?? "").ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, new DroppedLettersContract(dropped), ContractContext.Default.DroppedLettersContract).ConfigureAwait(false);
    }

    // What was applied or dropped meanwhile is done.
    private static async Task<IReadOnlyList<DeadLetter>> FindAsync(ExplorerRequest request, string? projection, IReadOnlyList<string>? ids)
    {
        if (ids?.Count > MostChosen)
        {
            throw new BadRequestException($"'letters' has {ids.Count} ids; at most {MostChosen} are taken.");
        }

        var chosen = ids?.Select(LetterReader.IdOf).ToHashSet();
        var letters = await ProjectionsReader.AdminOf(request).ListDeadLettersAsync(projection, request.Aborted).ConfigureAwait(false);
        return chosen is null ? letters : [.. letters.Where(letter => chosen.Contains(letter.Id))];
    }

    private static async Task<ReplayedLettersContract> RetryAsync(ExplorerRequest request, IReadOnlyList<DeadLetter> letters)
    {
        var admin = ProjectionsReader.AdminOf(request);
        var (tried, failures) = await LetterRetries
            .TryAsync(letters, letter => admin.ReplayAsync(letter, request.Aborted), request.Explorer.TimeProvider).ConfigureAwait(false);
        if (failures.Count > 0)
        {
            // A snapshot clears all letters of a stream at once.
            var open = (await admin.ListDeadLettersAsync(null, request.Aborted).ConfigureAwait(false)).Select(letter => letter.Id).ToHashSet();
            failures.RemoveAll(failure => !open.Contains(failure.Letter));
        }

        return new ReplayedLettersContract(tried - failures.Count, failures.Count, letters.Count - tried, failures.Count == 0 ? null : failures[^1].Message);
    }

    private static async Task<int> DropAsync(ExplorerRequest request, IReadOnlyList<DeadLetter> letters, string reason)
    {
        foreach (var letter in letters)
        {
            await LetterReader.DropAsync(request, letter, reason).ConfigureAwait(false);
        }

        return letters.Count;
    }
}
