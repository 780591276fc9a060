using Ledger.Explorer.Api;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Projections;

/// <summary>Shows dead letters one by one, lets nodes apply them again, and drops them, for pages and the API.</summary>
internal static class LetterReader
{
    private const int MostReason = 1_000;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var id = IdOf(request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id', the id of a dead letter."));
        var (letter, letters) = await FindAsync(request, id).ConfigureAwait(false);
        return Page.Of<LetterPage>(new LetterModel(
            letter,
            await EventOfAsync(request, letter).ConfigureAwait(false),
            letters.Count(other => other.Projection == letter.Projection) - 1));
    }

    /// <summary>Runs the action of a button: retry, retry all of the projection, or drop.</summary>
    /// <returns>Where to go on with the others; null if the answer was sent.</returns>
    public static async Task<Page?> ActAsync(ExplorerRequest request)
    {
        await request.Explorer.Forgery.CheckAsync(request.Http).ConfigureAwait(false);
        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        if (form["act"].ToString() == "retry-all")
        {
            if (await RetryAllAsync(request, form).ConfigureAwait(false) is { } begun)
            {
                return Page.Of<RetriedPage>(begun);
            }
        }
        else if (form["act"].ToString() is "retry-chosen" or "drop-chosen")
        {
            await ChosenLetters.ActAsync(request, form).ConfigureAwait(false);
        }
        else
        {
            var (letter, _) = await FindAsync(request, IdOf(form["id"].ToString())).ConfigureAwait(false);
            switch (form["act"].ToString())
            {
                case "retry":
                    await AdminOf(request).ReplayAsync(letter, request.Aborted).ConfigureAwait(false);
                    break;
                case "drop":
                    await DropAsync(request, letter, form["reason"].ToString()).ConfigureAwait(false);
                    break;
                default:
                    throw new BadRequestException("The form must name an action: retry, retry-all, retry-chosen, drop or drop-chosen.");
            }
        }

        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        request.Http.Response.Headers.Location = request.Links.Projections + "#letters";
        return null;
    }

    public static async Task ListAsync(ExplorerRequest request)
    {
        var letters = await AdminOf(request).ListDeadLettersAsync(request.Query.Text("projection"), request.Aborted).ConfigureAwait(false);
        var (page, next) = Paging.Of(request.Query, letters, letter => letter.Sequence.Value, letter => letter.Id.ToString());
        var answer = new DeadLetterPageContract([.. page.Select(DeadLetterContract.Of)], next);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.DeadLetterPageContract).ConfigureAwait(false);
    }

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var (letter, _) = await FindAsync(request, IdOf(PathText.Of(request.Http, "letter"))).ConfigureAwait(false);
        await SendAsync(request, letter).ConfigureAwait(false);
    }

    public static async Task RetryAsync(ExplorerRequest request)
    {
        _ = await JsonBody.ReadAsync(request, ContractContext.Default.EmptyRequest).ConfigureAwait(false);
        var (letter, _) = await FindAsync(request, IdOf(PathText.Of(request.Http, "letter"))).ConfigureAwait(false);
        await AdminOf(request).ReplayAsync(letter, request.Aborted).ConfigureAwait(false);
        await SendAsync(request, letter).ConfigureAwait(false);
    }

    public static async Task DropAsync(ExplorerRequest request)
    {
        var body = await JsonBody.ReadAsync(request, ContractContext.Default.DropLetterRequest).ConfigureAwait(false);
        var (letter, _) = await FindAsync(request, IdOf(PathText.Of(request.Http, "letter"))).ConfigureAwait(false);
        await DropAsync(request, letter, body.Text("reason") ?? "").ConfigureAwait(false);
        await SendAsync(request, letter).ConfigureAwait(false);
    }

    /// <summary>Drops a dead letter for a reason, with the name of the user.</summary>
    public static async Task DropAsync(ExplorerRequest request, DeadLetter letter, string reason)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MostReason)
        {
            throw new BadRequestException($"'reason' must say in 1 to {MostReason} characters why the event need not be applied.");
        }

        var who = request.Http.User.Identity?.Name;
        await AdminOf(request).DropAsync(letter, who is null ? Query.Checked("reason", reason) : $"{who}: {Query.Checked("reason", reason)}", request.Aborted).ConfigureAwait(false);
        Log.LetterDropped(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), letter.Projection, letter.Sequence.Value, who, reason);
    }

    /// <summary>Parses the id of a dead letter.</summary>
    public static Guid IdOf(string text) => Guid.TryParse(text, out var id)
        ? id
        : throw new BadRequestException($"'{DisplayText.Cut(text, 60)}' is not the id of a dead letter, which is a UUID.");

    // The page of a dead letter names that one; a form that goes on names the projection, because the letter may be gone.
    private static async Task<RetriedModel?> RetryAllAsync(ExplorerRequest request, IFormCollection form)
    {
        if (form["projection"].ToString() is { Length: > 0 } projection)
        {
            var own = await AdminOf(request).ListDeadLettersAsync(projection, request.Aborted).ConfigureAwait(false);
            return await LetterRetries.RunAsync(request, form, own, projection).ConfigureAwait(false);
        }

        var (letter, letters) = await FindAsync(request, IdOf(form["id"].ToString())).ConfigureAwait(false);
        return await LetterRetries.RunAsync(request, form, letters, letter.Projection).ConfigureAwait(false);
    }

    private static async Task<(DeadLetter Letter, IReadOnlyList<DeadLetter> All)> FindAsync(ExplorerRequest request, Guid id)
    {
        var letters = await AdminOf(request).ListDeadLettersAsync(null, request.Aborted).ConfigureAwait(false);
        return (letters.FirstOrDefault(letter => letter.Id == id) ?? throw new NotFoundException($"There is no dead letter {id}: it was applied or dropped."), letters);
    }

    // By its number in the log, which a dead letter names.
    private static async Task<RecordedEvent?> EventOfAsync(ExplorerRequest request, DeadLetter letter)
    {
        var before = new SequenceNumber(letter.Sequence.Value - 1);
        await foreach (var recorded in request.Explorer.Ledger.Store.ReadLogAsync(before, request.Aborted).ConfigureAwait(false))
        {
            return recorded.Sequence == letter.Sequence ? recorded : null;
        }

        return null;
    }

    private static Task SendAsync(ExplorerRequest request, DeadLetter letter) =>
        JsonAnswer.SendAsync(request.Http, DeadLetterContract.Of(letter), ContractContext.Default.DeadLetterContract);

    private static ProjectionAdmin AdminOf(ExplorerRequest request) => ProjectionsReader.AdminOf(request);
}
