using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Health;

/// <summary>Tells orchestrators whether the process answers (<c>/health/live</c>) and whether its database does (<c>/health/ready</c>). It asks for no token and tells nothing else.</summary>
/// <remarks>Safe for concurrent use. However many ask, the database is asked by one at a time, and not again within a second.</remarks>
/// <param name="ask">Asks the database something small; it fails if there is no answer.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Logs why the database does not answer.</param>
internal sealed class HealthAddresses(Func<CancellationToken, Task> ask, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Where it is asked whether the process answers, below the path of the explorer.</summary>
    public const string Live = "/health/live";

    /// <summary>Where it is asked whether the database answers.</summary>
    public const string Ready = "/health/ready";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    // Less than the patience of a caller: it does not wait for a failover.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<bool>? _asked;
    private long _askedAt;

    /// <summary>Whether a path is one of them, where the explorer is the whole site.</summary>
    public static bool Has(PathString path) => path.Value is Live or Ready;

    /// <summary>Adds the addresses.</summary>
    public void Map(RouteGroupBuilder group, ExplorerHandler handler)
    {
        group.MapMethods(Live, Reading, handler.Open(request => SendAsync(request.Http, isHealthy: true), [])).WithDisplayName("Ledger " + Live);
        group.MapMethods(Ready, Reading, handler.Open(async request => await SendAsync(request.Http, await IsReadyAsync().ConfigureAwait(false)).ConfigureAwait(false), []))
            .WithDisplayName("Ledger " + Ready);
    }

    /// <summary>Whether the database answers.</summary>
    internal Task<bool> IsReadyAsync()
    {
        lock (_gate)
        {
            if (_asked is null || (_asked.IsCompleted && timeProvider.GetElapsedTime(_askedAt) >= GoodFor))
            {
                _askedAt = timeProvider.GetTimestamp();

                // Others get the same answer.
                using (ExecutionContext.SuppressFlow())
                {
                    _asked = Task.Run(AskAsync);
                }
            }

            return _asked;
        }
    }

    private async Task<bool> AskAsync()
    {
        using var limit = new CancellationTokenSource(Limit, timeProvider);
        try
        {
            // A map of an application's own may not look at the token.
            await ask(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // Whatever the reason is, the log has it, and the answer is the same.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotReady(logger, fault);
            return false;
        }
    }

    private static async Task<Page?> SendAsync(HttpContext http, bool isHealthy)
    {
        var response = http.Response;
        response.StatusCode = isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.WriteAsync(isHealthy ? "Healthy" : "Unhealthy", http.RequestAborted).ConfigureAwait(false);
        }

        return null;
    }
}
