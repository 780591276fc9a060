using Ledger.Explorer.Api;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Writing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer;

/// <summary>Answers one request, and turns any exception into an error page or a problem document.</summary>
/// <param name="home">What requests are about.</param>
/// <param name="find">What each is about, where it is not the same.</param>
internal sealed class ExplorerHandler(ExplorerServices home, Func<HttpContext, Task<ExplorerServices>>? find = null)
{
    private const string ContentSecurity =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private readonly ILogger _logger = home.Loggers.CreateLogger("Ledger.Explorer");

    private readonly Compression _compression = new(home.Loggers);

    /// <summary>Answers with a page.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="known">The parameters of its query; null for any.</param>
    public RequestDelegate Page(Func<ExplorerRequest, Task<Page>> read, IReadOnlyCollection<string>? known) => Guard(null, known, async request =>
        await SendPageAsync(request, await read(request).ConfigureAwait(false)).ConfigureAwait(false));

    /// <summary>Takes a form: answers with a page, or with null if the answer was sent already, such as a redirect.</summary>
    public RequestDelegate Form(Func<ExplorerRequest, Task<Page?>> take) => Guard(null, [], async request =>
    {
        if (await take(request).ConfigureAwait(false) is { } page)
        {
            await SendPageAsync(request, page).ConfigureAwait(false);
        }
    });

    /// <summary>Answers with something other than a page, such as a redirect or an event stream.</summary>
    public RequestDelegate Plain(Func<ExplorerRequest, Task> answer, IReadOnlyCollection<string> known) => Guard(null, known, answer);

    /// <summary>Answers a program: an error is a problem document.</summary>
    public RequestDelegate Api(Func<ExplorerRequest, Task> answer, IReadOnlyCollection<string>? known) => Api(answer, known, Problems.SendAsync);

    /// <summary>Answers a program.</summary>
    /// <param name="answer">Answers it.</param>
    /// <param name="known">The parameters of its query; null for any.</param>
    /// <param name="refuse">Answers with an error.</param>
    public RequestDelegate Api(Func<ExplorerRequest, Task> answer, IReadOnlyCollection<string>? known, Func<HttpContext, Failure, Task> refuse) =>
        Guard(refuse, known, request => ContentTag.AnswerAsync(request, answer));

    /// <summary>Answers also those who have no token: the sign-in page, and the style sheet and script that it needs.</summary>
    /// <param name="answer">Answers with a page, or with null if the answer was sent already.</param>
    /// <param name="known">The parameters of its query.</param>
    public RequestDelegate Open(Func<ExplorerRequest, Task<Page?>> answer, IReadOnlyCollection<string> known) =>
        _compression.Around(http => GuardAsync(http, null, isOpen: true, async request =>
        {
            request.Query.Check(known);
            if (HttpMethods.IsPost(http.Request.Method))
            {
                Origins.Check(http, request.Explorer.Options.AllowedOrigins);
            }

            if (await answer(request).ConfigureAwait(false) is { } page)
            {
                await SendPageAsync(request, page).ConfigureAwait(false);
            }
        }));

    // Without a way to refuse a program, the answer is a page.
    private RequestDelegate Guard(Func<HttpContext, Failure, Task>? refuse, IReadOnlyCollection<string>? known, Func<ExplorerRequest, Task> answer) =>
        _compression.Around(http => GuardAsync(http, refuse, isOpen: false, request => CheckedAsync(request, refuse is not null, known, answer)));

    private static async Task CheckedAsync(
        ExplorerRequest request, bool isApi, IReadOnlyCollection<string>? known, Func<ExplorerRequest, Task> answer)
    {
        if (known is null)
        {
            await answer(request).ConfigureAwait(false);
            return;
        }

        request.Query.Check(known);
        if (!HttpMethods.IsPost(request.Http.Request.Method))
        {
            await answer(request).ConfigureAwait(false);
            return;
        }

        request.CheckWriting();
        Origins.Check(request.Http, request.Explorer.Options.AllowedOrigins);
        request.Key = await (isApi ? RequestKey.FindAsync(request.Http) : RequestKey.FindInFormAsync(request.Http)).ConfigureAwait(false);
        await (request.Key is { } key
            ? request.Explorer.Answers.AnswerAsync(request, key, () => answer(request))
            : answer(request)).ConfigureAwait(false);
    }

    private async Task GuardAsync(HttpContext http, Func<HttpContext, Failure, Task>? refuse, bool isOpen, Func<ExplorerRequest, Task> answer)
    {
        var request = new ExplorerRequest(http, home);
        http.Response.Headers.ContentSecurityPolicy = ContentSecurity;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        http.Response.Headers.CacheControl = "private, no-cache";
#pragma warning disable CA1031 // Every failure is reported to the client; none may escape into the application.
        try
        {
            try
            {
                await AnswerAsync().ConfigureAwait(false);
            }
            catch (Exception lost) when (LostConnection.IsCauseOf(lost) && IsQuestion(http))
            {
                await AnswerAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (Exception exception)
        {
            var failure = FailureTable.Find(exception);
            if (failure is null or { Status: >= 500 } && exception is not (TooManyViewersException or TooManyUploadsException or TooManyExportsException or TooManyQueriesException or RunnerFailedException))
            {
                Log.RequestFailed(_logger, exception, http.Request.Path);
            }

            if (http.Response.HasStarted)
            {
                // Abort the connection, so that a partial answer is not mistaken for a complete one.
                http.Abort();
                return;
            }

            failure ??= new Failure(500, "A bug in the explorer", "The request failed; the server's log has the reason.");
            await SendFailureAsync(request, failure, refuse).ConfigureAwait(false);
        }
#pragma warning restore CA1031

        async Task AnswerAsync()
        {
            request = new ExplorerRequest(http, find is null ? home : await find(http).ConfigureAwait(false));
            if (isOpen || request.Explorer.Access.Admit(request, refuse is not null))
            {
                await answer(request).ConfigureAwait(false);
            }
        }
    }

    // Nothing of the answer is written before its type is set.
    private static bool IsQuestion(HttpContext http) =>
        (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) && http.Response is { HasStarted: false, ContentType: null };

    private async Task SendFailureAsync(ExplorerRequest request, Failure failure, Func<HttpContext, Failure, Task>? refuse)
    {
        request.Http.Response.Headers.ETag = default;
        await (refuse is not null
            ? refuse(request.Http, failure)
            : SendPageAsync(request, Rendering.Page.Of<FailurePage>(failure, failure.Status))).ConfigureAwait(false);
    }

    private async Task SendPageAsync(ExplorerRequest request, Page page)
    {
        var html = await page.RenderAsync(home.Loggers, request.Context()).ConfigureAwait(false);
        var response = request.Http.Response;
        response.StatusCode = page.StatusCode;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        if (request.Token is not null)
        {
            // A browser must not show it again after signing out.
            response.Headers.CacheControl = "no-store";
        }

        if (!HttpMethods.IsHead(request.Http.Request.Method))
        {
            await response.Body.WriteAsync(html, request.Aborted).ConfigureAwait(false);
        }
    }
}
