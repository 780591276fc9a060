using System.Globalization;
using Ledger.Log;

namespace Ledger.Forgetting;

/// <summary>A path into JSON: <c>$</c>, members as <c>.name</c> or <c>['name']</c>, items as <c>[0]</c>, any of them as <c>.*</c> or <c>[*]</c>, at any depth as <c>..name</c>.
/// One into the headers of an event begins with <c>$headers</c>.</summary>
internal sealed class JsonPath
{
    private const string Headers = "$headers";

    private readonly List<Step> _steps = [];

    private JsonPath(string text) => (Text, IsOfHeaders) = (text, text.StartsWith(Headers, StringComparison.Ordinal));

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether it leads into the headers of an event, and not into its payload.</summary>
    public bool IsOfHeaders { get; }

    /// <summary>How many steps it has; none for <c>$</c>.</summary>
    public int Count => _steps.Count;

    public static JsonPath Parse(string text)
    {
        var path = TryParse(text) ?? throw new ArgumentException(
            $"'{text}' is not a path. Write '$' and its steps, such as $.customer.name, $.items[*].note, $['full name'] or $..email; or $headers.name for a header.", nameof(text));
        return path.IsOfHeaders && path._steps[0].Name is { } name && EventHeaders.IsStructural(name)
            ? throw new ArgumentException($"'{text}' leads to a header by which events are found and told apart, and stays.", nameof(text))
            : path;
    }

    public static JsonPath? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var path = new JsonPath(text);
        return path.IsOfHeaders ? (path.ReadSteps(text.AsSpan(Headers.Length)) && path.Count > 0 ? path : null)
            : text.StartsWith('$') && path.ReadSteps(text.AsSpan(1)) ? path
            : null;
    }

    /// <summary>Whether a step leads to a member or an item, and whether it may lead further down first.</summary>
    public (bool Matches, bool IsDeep) At(int step, string? name, int index)
    {
        var at = _steps[step];
        return (at.IsAny || (name is not null ? at.Name == name : at.Index == index), at.IsDeep);
    }

    private bool ReadSteps(ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            var isDeep = rest.StartsWith("..");
            rest = rest[(isDeep ? 2 : 0)..];
            if (rest.StartsWith("["))
            {
                if (!ReadBracket(ref rest, isDeep))
                {
                    return false;
                }

                continue;
            }

            if (!isDeep)
            {
                if (!rest.StartsWith("."))
                {
                    return false;
                }

                rest = rest[1..];
            }

            var length = rest.IndexOfAny('.', '[') is var end and >= 0 ? end : rest.Length;
            if (length == 0)
            {
                return false;
            }

            var name = rest[..length].ToString();
            _steps.Add(name == "*" ? new Step(null, -1, true, isDeep) : new Step(name, -1, false, isDeep));
            rest = rest[length..];
        }

        return true;
    }

    private bool ReadBracket(ref ReadOnlySpan<char> rest, bool isDeep)
    {
        if (rest.StartsWith("[*]"))
        {
            _steps.Add(new Step(null, -1, true, isDeep));
            rest = rest[3..];
            return true;
        }

        if (rest.Length > 1 && rest[1] is '\'' or '"')
        {
            var quote = rest[1];
            var end = rest[2..].IndexOf([quote, ']']);
            if (end < 0)
            {
                return false;
            }

            _steps.Add(new Step(rest.Slice(2, end).ToString(), -1, false, isDeep));
            rest = rest[(end + 4)..];
            return true;
        }

        var close = rest.IndexOf(']');
        if (close < 0 || !int.TryParse(rest[1..close], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return false;
        }

        _steps.Add(new Step(null, index, false, isDeep));
        rest = rest[(close + 1)..];
        return true;
    }

    private sealed record Step(string? Name, int Index, bool IsAny, bool IsDeep);
}
