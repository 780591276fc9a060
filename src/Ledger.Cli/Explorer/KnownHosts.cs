using System.Net;
using Ledger.Explorer.Api;
using Ledger.Explorer.Health;
using Microsoft.AspNetCore.Http;

namespace Ledger.Cli.Explorer;

/// <summary>The names by which browsers may reach the server; requests with another <c>Host</c> are refused with 400.</summary>
/// <remarks>
/// A page of another site must not reach it through a name of its own that leads here (DNS rebinding), with the cookie that the browser has, or without one on loopback.
/// What is said at the addresses of health is no secret, and orchestrators ask by any name. Numeric addresses cannot be bent like that: beyond this machine all are taken, because a container does not know by which it is reached.
/// </remarks>
/// <param name="listensTo">The address that is listened on.</param>
/// <param name="names">Further names.</param>
internal sealed class KnownHosts(IPAddress listensTo, IReadOnlyCollection<string> names)
{
    private readonly HashSet<string> _names = new(
        IPAddress.IsLoopback(listensTo) ? [.. names, "localhost"] : [.. names, "localhost", Dns.GetHostName()], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the server is reached by a host.</summary>
    /// <param name="host">A name or address without a port.</param>
    public bool Knows(string host)
    {
        var name = host.TrimEnd('.').Trim('[', ']');
        return _names.Contains(name)
            || (IPAddress.TryParse(name, out var address) && address.ToString() == name && (!IPAddress.IsLoopback(listensTo) || IPAddress.IsLoopback(address)));
    }

    /// <summary>Lets a request go on, or refuses it.</summary>
    public Task CheckAsync(HttpContext http, RequestDelegate next) => Knows(http.Request.Host.Host) || HealthAddresses.Has(http.Request.Path)
        ? next(http)
        : Problems.SendAsync(http, new Ledger.Explorer.Failures.Failure(
            StatusCodes.Status400BadRequest,
            "Unknown host",
            $"This server is not known as '{Cut(http.Request.Host.Host)}'. If it is reached by that name, start it with 'ledger serve --host NAME'.") { Code = Ledger.Explorer.Failures.FailureCodes.Usage });

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
