using System.Globalization;
using System.Text;

namespace Ledger.Records.Chronomemory;

/// <content>Numbers and text.</content>
internal ref partial struct JsonTextReader
{
    private ChronoNumber ReadNumber()
    {
        var start = _at;
        _at += Peek() == '-' ? 1 : 0;
        if (Peek() == '0')
        {
            _at++;
        }
        else
        {
            SkipDigits();
        }

        var digits = _at - start - (_text[start] == '-' ? 1 : 0);
        var isInteger = true;
        if (Peek() == '.')
        {
            isInteger = false;
            _at++;
            SkipDigits();
        }

        if (Peek() is (byte)'e' or (byte)'E')
        {
            isInteger = false;
            _at++;
            _at += Peek() is (byte)'+' or (byte)'-' ? 1 : 0;
            SkipDigits();
        }

        return isInteger && digits > MaxDigits
            ? throw Fault($"an integer has {digits} digits, and {MaxDigits} are allowed")
            : ChronoNumber.Parse(_text[start.._at]);
    }

    private void SkipDigits()
    {
        var count = _text[_at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end and >= 0 ? end : _text.Length - _at;
        _at += count > 0 ? count : throw Fault("a digit is expected");
    }

    private string ReadText()
    {
        _at++;
        var start = _at;
        var end = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
        if (end >= 0 && _text[_at + end] == '"')
        {
            _at += end + 1;
            return CheckedText(start, end);
        }

        var text = new StringBuilder();
        while (end >= 0 && _text[_at + end] == '\\')
        {
            text.Append(CheckedText(_at, end));
            _at += end + 1;
            text.Append(ReadEscape());
            end = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
        }

        if (end < 0)
        {
            _at = _text.Length;
            throw Fault("the text does not end");
        }

        text.Append(CheckedText(_at, end));
        _at += end + 1;
        return text.ToString();
    }

    private string CheckedText(int start, int length)
    {
        var part = _text.Slice(start, length);
        if (part.IndexOfAnyInRange((byte)0, (byte)0x1f) is var control and >= 0)
        {
            _at = start + control;
            throw Fault("a control character must be escaped");
        }

        return Encoding.UTF8.GetString(part);
    }

    private char ReadEscape()
    {
        var letter = Peek();
        _at++;
        return letter switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => (char)letter,
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            (byte)'u' => ReadUnit(),
            _ => throw Fault("no such escape"),
        };
    }

    private char ReadUnit()
    {
        Span<char> digits = stackalloc char[4];
        if (_text.Length - _at < 4 || Encoding.ASCII.GetChars(_text.Slice(_at, 4), digits) != 4
            || !ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, null, out var unit))
        {
            throw Fault("four hexadecimal digits are expected");
        }

        _at += 4;
        return (char)unit;
    }
}
