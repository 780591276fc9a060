using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Explorer.Writing;

/// <summary>Creates and checks the tokens that distinguish the explorer's own forms from forged ones.</summary>
/// <remarks>Uses the application's antiforgery if registered, so that its nodes share keys; otherwise keys that last as long as the process.</remarks>
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
        return new FormToken(tokens.FormFieldName, tokens.RequestToken!, Guid.NewGuid().ToString("N"));
    }

    /// <exception cref="AntiforgeryValidationException">The form does not come from this explorer.</exception>
    public async Task CheckAsync(HttpContext http)
    {
        using var _ = Lend(http);
        await _antiforgery.Value.Forms.ValidateRequestAsync(http).ConfigureAwait(false);
    }

    // Antiforgery resolves its parts from the request's services, where the application may not have registered them.
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
