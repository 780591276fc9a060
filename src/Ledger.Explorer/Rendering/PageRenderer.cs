using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Rendering;

/// <summary>Renders a component and its injected models to HTML.</summary>
internal static class PageRenderer
{
    /// <summary>Renders a component to UTF-8.</summary>
    /// <param name="loggers">The loggers of the renderer.</param>
    /// <param name="models">The objects that components may inject, by type.</param>
    public static async Task<ReadOnlyMemory<byte>> RenderAsync<TComponent>(ILoggerFactory loggers, params object[] models)
        where TComponent : IComponent
    {
        var renderer = new HtmlRenderer(new Models(models), loggers);
        await using var _ = renderer.ConfigureAwait(false);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var output = await renderer.RenderComponentAsync<TComponent>().ConfigureAwait(true);
            var buffer = new ArrayBufferWriter<byte>(32 * 1024);
            using (var writer = new Utf8Writer(buffer))
            {
                output.WriteHtmlTo(writer);
            }

            return buffer.WrittenMemory;
        }).ConfigureAwait(false);
    }

    /// <summary>A service provider of only the models.</summary>
    private sealed class Models(object[] models) : IServiceProvider
    {
        public object? GetService(Type serviceType) => Array.Find(models, serviceType.IsInstanceOfType);
    }

    /// <summary>Writes UTF-8 text directly into a buffer.</summary>
    private sealed class Utf8Writer(IBufferWriter<byte> buffer) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write([value]);

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, buffer);
    }
}
