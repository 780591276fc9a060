using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Rendering;

/// <summary>A page that is ready to be rendered.</summary>
internal abstract class Page
{
    /// <summary>The status code of the answer.</summary>
    public int StatusCode { get; init; } = 200;

    /// <summary>A page that a component renders from a model.</summary>
    public static Page Of<TComponent>(object model, int statusCode = 200)
        where TComponent : IComponent =>
        new ComponentPage<TComponent>(model) { StatusCode = statusCode };

    public abstract Task<ReadOnlyMemory<byte>> RenderAsync(ILoggerFactory loggers, PageContext context);

    private sealed class ComponentPage<TComponent>(object model) : Page
        where TComponent : IComponent
    {
        public override Task<ReadOnlyMemory<byte>> RenderAsync(ILoggerFactory loggers, PageContext context) =>
            PageRenderer.RenderAsync<TComponent>(loggers, context, model);
    }
}
