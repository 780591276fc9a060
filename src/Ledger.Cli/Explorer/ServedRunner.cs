using Ledger.Interop;
using Ledger.Runs;

namespace Ledger.Cli.Explorer;

/// <summary>The webhook that the served explorer asks to run on.</summary>
internal sealed class ServedRunner : IDisposable
{
    private readonly HttpClient _client = new(new HttpClientHandler { AllowAutoRedirect = false });

    /// <exception cref="ArgumentException">The address or the secret is malformed; its name is that of the parameter.</exception>
    public ServedRunner(Uri address, string secret)
    {
        Address = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        Runner = new WebhookRunner(_client, address, new WebhookSignature(secret));
    }

    /// <summary>Where it is, without a password or a query.</summary>
    public string Address { get; }

    public IRunRunner Runner { get; }

    public void Dispose() => _client.Dispose();
}
