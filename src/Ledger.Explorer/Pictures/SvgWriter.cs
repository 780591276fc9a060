using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Pictures;

/// <summary>Writes SVG; all text is escaped, and colours are classes of the style sheet.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    /// <summary>Begins an element; attribute values are text or numbers, and null ones are omitted.</summary>
    public SvgWriter Begin(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        AddStart(name, attributes);
        _text.Append('>');
        _open.Push(name);
        return this;
    }

    /// <summary>Ends the innermost open element.</summary>
    public SvgWriter End()
    {
        _text.Append("</").Append(_open.Pop()).Append('>');
        return this;
    }

    /// <summary>Adds an element without content.</summary>
    public SvgWriter Add(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        AddStart(name, attributes);
        _text.Append("/>");
        return this;
    }

    /// <summary>Adds an element with a text.</summary>
    public SvgWriter AddText(string name, string content, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        AddStart(name, attributes);
        _text.Append('>').Append(Escaped(content)).Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>Adds the style sheet of a separate file, which never contains text from the log.</summary>
    public SvgWriter AddStyle(string css)
    {
        _text.Append("<style>").Append(css).Append("</style>");
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void AddStart(string name, ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is not null)
            {
                _text.Append(' ').Append(attribute).Append("=\"").Append(Escaped(TextOf(value))).Append('"');
            }
        }
    }

    private static string TextOf(object value) => value switch
    {
        double number => Math.Round(number, 2).ToString(CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Escaped(string text) => HtmlEncoder.Default.Encode(DisplayText.Clean(text));
}
