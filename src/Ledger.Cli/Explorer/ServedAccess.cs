using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ledger.Explorer;
using Ledger.Explorer.Access;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Explorer;

/// <summary>Who may open a server: its tokens, and the addresses with those that were made for it.</summary>
internal sealed class ServedAccess
{
    /// <summary>The environment variable with a token.</summary>
    public const string Variable = "LEDGER_TOKEN";

    private readonly string? _opening;
    private readonly string? _reading;

    private ServedAccess(Func<IReadOnlyList<ExplorerToken>>? tokens, string? opening, string? reading)
    {
        (Tokens, _opening, _reading) = (tokens, opening, reading);
    }

    /// <summary>The tokens as they are now; null if none is asked for.</summary>
    public Func<IReadOnlyList<ExplorerToken>>? Tokens { get; }

    /// <summary>No token is asked for.</summary>
    public static ServedAccess Open { get; } = new(null, null, null);

    /// <summary>The tokens of a file, and one of the environment.</summary>
    /// <param name="file">The path of the file; null for none.</param>
    /// <param name="token">The token; null for none.</param>
    /// <param name="writing">What that token may do.</param>
    /// <exception cref="RefusalException">The file or the token is malformed.</exception>
    /// <exception cref="UsageException">The path is empty.</exception>
    public static ServedAccess Of(string? file, string? token, ExplorerWriting writing)
    {
        if (file is { Length: 0 })
        {
            throw new UsageException("--tokens must name a file, but was ''.");
        }

        var own = OwnToken(token, writing);
        try
        {
            if (file is null)
            {
                return new(() => own, null, null);
            }

            var tokens = new ExplorerTokenFile(file);
            _ = tokens.Read();
            return new(own.Length == 0 ? tokens.Read : () => [.. own, .. tokens.Read()], null, null);
        }
        catch (InvalidDataException fault)
        {
            throw new RefusalException(fault.Message, FailureCodes.InvalidInput);
        }
    }

    private static ExplorerToken[] OwnToken(string? token, ExplorerWriting writing)
    {
        try
        {
            return token is null ? [] : [new("token", RightsOf(writing), ExplorerToken.HashOf(token))];
        }
        catch (ArgumentException)
        {
            throw new RefusalException($"{Variable} is not a token: it must have at least 24 printable characters without spaces. 'ledger token create' makes one.", FailureCodes.InvalidInput);
        }
    }

    /// <summary>Tokens that last as long as the server: one that may read, and if writing is allowed another that may write.</summary>
    public static ServedAccess OfThisServer(ExplorerWriting writing)
    {
        var opening = ExplorerToken.Generate();
        List<ExplorerToken> tokens = [new(writing == ExplorerWriting.Allowed ? "writer" : "reader", RightsOf(writing), ExplorerToken.HashOf(opening))];
        string? reading = null;
        if (writing == ExplorerWriting.Allowed)
        {
            reading = ExplorerToken.Generate();
            tokens.Add(new("reader", ExplorerRights.Read, ExplorerToken.HashOf(reading)));
        }

        return new(() => tokens, opening, reading);
    }

    /// <summary>The address with the token that may do most; null if no token was made.</summary>
    public string? OpenAddress(string address) => With(address, _opening);

    /// <summary>The address with a token that may only read; null if no other one may write.</summary>
    public string? ReadAddress(string address) => With(address, _reading);

    /// <summary>An address that other machines can open, for one that listens on all of this machine's.</summary>
    public static string Reachable(string address, IPAddress listensTo)
    {
        if (!listensTo.Equals(IPAddress.Any) && !listensTo.Equals(IPAddress.IPv6Any))
        {
            return address;
        }

        var own = NetworkInterface.GetAllNetworkInterfaces()
            .Where(net => net.OperationalStatus == OperationalStatus.Up && net.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(net => net.GetIPProperties().UnicastAddresses)
            .Select(found => found.Address)
            .FirstOrDefault(found => found.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;
        return new UriBuilder(address) { Host = own.ToString() }.Uri.ToString();
    }

    private static string? With(string address, string? token) => token is null ? null : $"{address}login?token={token}";

    private static ExplorerRights RightsOf(ExplorerWriting writing) => writing == ExplorerWriting.Allowed ? ExplorerRights.Write : ExplorerRights.Read;
}
