using Ledger.Explorer.Access;
using Ledger.Explorer.Writing;

namespace Ledger.Explorer;

/// <summary>What an explorer may do.</summary>
public sealed record LedgerExplorerOptions
{
    /// <summary>Whether forking, appending and rebuilding are allowed. Default: <see cref="ExplorerWriting.Off"/>.</summary>
    public ExplorerWriting Writing { get; init; } = ExplorerWriting.Off;

    /// <summary>
    /// The authorization policy that requests must meet in order to write, in addition to the requirements of all endpoints;
    /// null for none. Used only if writing is on.
    /// </summary>
    public string? WritingPolicy { get; init; }

    /// <summary>Whether payloads of events are masked, by <c>POST /api/v1/masks</c>. Used only if writing is on. Default: <see cref="ExplorerMasking.Off"/>.</summary>
    public ExplorerMasking Masking { get; init; } = ExplorerMasking.Off;

    /// <summary>
    /// The authorization policy that requests must meet in order to mask, in addition to the requirements of all endpoints and to <see cref="WritingPolicy"/>; null for none. Used only
    /// if masking is on. Without tokens and without an authenticated user, <c>event.masked</c> has the name of the body as one that was only claimed.
    /// </summary>
    public string? MaskingPolicy { get; init; }

    /// <summary>Whether questions in SQL are answered, by <c>GET /api/v1/query</c>. Default: <see cref="ExplorerQuerying.Off"/>.</summary>
    public ExplorerQuerying Querying { get; init; } = ExplorerQuerying.Off;

    /// <summary>
    /// Origins such as <c>http://ledger.example:8080</c> by which browsers reach the explorer, in addition to the host that arrives with a request; for proxies
    /// that change it, where <c>UseForwardedHeaders</c> is not used. Default: none.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// The tokens of which a request must have one, as a bearer token or by the cookie of the sign-in page; called for each request, so that a list may change. An empty
    /// list lets no request in. Default: null, no token is asked for. Where users of the application sign in anyway, <c>RequireAuthorization</c> is simpler.
    /// </summary>
    public Func<IReadOnlyList<ExplorerToken>>? Tokens { get; init; }

    /// <summary>The heading of the pages. Default: <c>Ledger</c>.</summary>
    public string Title { get; init; } = "Ledger";

    /// <summary>The number of events on a page, from 10 to 500. Default: 100.</summary>
    public int EventsPerPage { get; init; } = 100;

    /// <summary>The number of viewers that may follow live at once; further ones get 503. Default: 1,000.</summary>
    public int MaxViewers { get; init; } = 1_000;

    /// <summary>The most bytes of a file that is imported by the API, from 1; larger ones get 413. Default: 1 GiB. Of spans, 32 MiB are taken at most.</summary>
    public long MaxUploadBytes { get; init; } = 1L << 30;

    internal LedgerExplorerOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUploadBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EventsPerPage, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(EventsPerPage, 500);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxViewers);
        ArgumentNullException.ThrowIfNull(Title);
        ArgumentNullException.ThrowIfNull(AllowedOrigins);
        return AllowedOrigins.FirstOrDefault(origin => Origins.Find(origin) is null) is { } wrong
            ? throw new ArgumentException(
                $"'{wrong}' in {nameof(AllowedOrigins)} is not an origin: it must be http or https, a host and perhaps a port, such as 'http://ledger.example:8080'.")
            : this;
    }
}
