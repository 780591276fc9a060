using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Explorer.Writing;

/// <summary>Makes and checks the tokens that tell the explorer's own forms from those of other sites.</summary>
/// <remarks>The application's antiforgery is used where it has one, so that its nodes share keys; else keys that die with the process.</remarks>
internal sealed class FormGuard(IServiceProvider application)
{
    private readonly Lazy<(IAntiforgery Forms, IServiceProvider? Own)> _antiforgery = new(() =>
    {
        if (application.GetService<IAntiforgery>() is { } shared)
        {
            return (shared, null);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(options => options.Cookie.Name = "ledger-forms");
        var own = services.BuildServiceProvider();
        return (own.GetRequiredService<IAntiforgery>(), own);
    });

    public FormToken TokenFor(HttpContext http)
    {
        using var _ = Lend(http);
        var tokens = _antiforgery.Value.Forms.GetAndStoreTokens(http);
        return new FormToken(tokens.FormFieldName, tokens.RequestToken!);
    }

    /// <exception cref="AntiforgeryValidationException">The form is not one of ours.</exception>
    public async Task CheckAsync(HttpContext http)
    {
        using var _ = Lend(http);
        await _antiforgery.Value.Forms.ValidateRequestAsync(http).ConfigureAwait(false);
    }

    // Antiforgery asks the request's container for its parts, which the application need not have registered.
    private Loan? Lend(HttpContext http) => _antiforgery.Value.Own is { } own ? new Loan(http, own) : null;

    private sealed class Loan : IDisposable
    {
        private readonly HttpContext _http;
        private readonly IServiceProvider _services;

        public Loan(HttpContext http, IServiceProvider own)
        {
            (_http, _services) = (http, http.RequestServices);
            http.RequestServices = own;
        }

        public void Dispose() => _http.RequestServices = _services;
    }
}
