using Ledger.Explorer.Access;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Writing;
using Ledger.Log;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer;

/// <summary>One request to the explorer.</summary>
internal sealed class ExplorerRequest(HttpContext http, ExplorerServices explorer)
{
    public HttpContext Http { get; } = http;

    public ExplorerServices Explorer { get; } = explorer;

    public Query Query { get; } = new(http.Request.Query, explorer.TimeProvider);

    public Links Links { get; } = new(http.Request.PathBase + explorer.Prefix);

    /// <summary>The token with which the request came; null if none is asked for.</summary>
    public ExplorerToken? Token { get; set; }

    /// <summary>The key of a request that may be sent again, or null.</summary>
    public RequestKey? Key { get; set; }

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Whether the script asks for only the changing part of a page.</summary>
    public bool WantsFragment => Http.Request.Headers["X-Ledger-Fragment"] == "1";

    /// <summary>Opens the run or branch that the query names.</summary>
    public Task<Run> OpenRunAsync(string name = "stream") => Explorer.Ledger.OpenAsync(Query.Stream(name), Aborted);

    /// <summary>Describes an existing stream.</summary>
    public async Task<StreamInfo> DescribeAsync(StreamName stream) =>
        await Explorer.Ledger.Store.GetStreamAsync(stream, Aborted).ConfigureAwait(false)
        ?? throw new StreamNotFoundException(stream);

    /// <summary>The position that the query names, directly or by a time. Default: the end of the history.</summary>
    /// <exception cref="PositionOutOfRangeException">The history is shorter.</exception>
    public async Task<Position> CursorAsync(Run run, string name, string timeName)
    {
        if (Query.Time(timeName) is { } time)
        {
            return Query.Position(name) is null
                ? await run.FindPositionAsync(time, Aborted).ConfigureAwait(false)
                : throw new BadRequestException($"'{name}' and '{timeName}' both name a position; give one.");
        }

        var length = await run.GetLengthAsync(Aborted).ConfigureAwait(false);
        var at = Query.Position(name) ?? length;
        return at <= length ? at : throw new PositionOutOfRangeException(run.StreamName, at, length);
    }

    /// <summary>Refuses the request if writing is off.</summary>
    /// <exception cref="WritingRefusedException">Writing is off, or off for the token.</exception>
    public void CheckWriting()
    {
        if (Explorer.Options.Writing != ExplorerWriting.Allowed)
        {
            throw new WritingRefusedException();
        }

        if (!MayWrite)
        {
            throw new WritingRefusedException(Token!.Name);
        }
    }

    /// <summary>Refuses the request if masking is off.</summary>
    /// <exception cref="MaskingRefusedException">Masking is off, or off for the token.</exception>
    public void CheckMasking()
    {
        CheckWriting();
        if (Explorer.Options.Masking != ExplorerMasking.Allowed || Token is { Rights: not ExplorerRights.Mask })
        {
            throw new MaskingRefusedException(Token?.Name);
        }
    }

    public PageContext Context()
    {
        var theme = Http.Request.Cookies["ledger-theme"] is "light" or "dark" ? Http.Request.Cookies["ledger-theme"] : null;
        var token = MayWrite && !Http.Response.HasStarted && (Token is not null || !Explorer.Access.IsOn)
            ? Explorer.Forgery.TokenFor(Http)
            : null;
        return new PageContext(Links, Explorer.Options.Title, theme, token) { User = Token?.Name, Tenants = Explorer.Home is { } home ? $"{Http.Request.PathBase}{home}/" : null };
    }

    private bool MayWrite => Explorer.Options.Writing == ExplorerWriting.Allowed && Token is null or { Rights: ExplorerRights.Write or ExplorerRights.Mask };
}
