namespace Ledger.Postgres.Queries;

/// <summary>Cuts SQL into tokens as PostgreSQL does, with <c>standard_conforming_strings</c> on.</summary>
/// <remarks>See https://www.postgresql.org/docs/current/sql-syntax-lexical.html. What is not closed ends with the text; the server says what is wrong with it.</remarks>
internal ref struct SqlLexer(string text)
{
    private readonly string _source = text;
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public static List<SqlToken> Read(string text)
    {
        var tokens = new List<SqlToken>();
        var lexer = new SqlLexer(text);
        while (lexer.Next() is { } token)
        {
            tokens.Add(token);
        }

        return tokens;
    }

    private readonly char this[int ahead] => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private SqlToken? Next()
    {
        SkipBlanks();
        if (_at >= _text.Length)
        {
            return null;
        }

        var start = _at;
        var first = this[0];
        if (first is 'e' or 'E' && this[1] == '\'')
        {
            _at++;
            return Quoted(start, hasEscapes: true);
        }

        if (first is 'u' or 'U' && this[1] == '&' && this[2] == '"')
        {
            throw SqlPlace.Refusal("0A000", "Names with Unicode escapes are not taken; write the name in double quotes.", _source, start);
        }

        if (first is 'u' or 'U' && this[1] == '&' && this[2] == '\'')
        {
            _at += 2;
            return Quoted(start);
        }

        if (first is 'b' or 'B' or 'x' or 'X' or 'n' or 'N' && this[1] == '\'')
        {
            _at++;
            return Quoted(start);
        }

        return first switch
        {
            '\'' => Quoted(start),
            '"' => new(SqlTokenKind.Name, QuotedName(), start),
            '$' => Dollar(start),
            >= '0' and <= '9' => Number(start),
            _ when IsFirst(first) => Word(start),
            _ => Sign(start),
        };
    }

    private static bool IsFirst(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or >= '\u0080';

    private static bool IsPart(char c) => IsFirst(c) || c is (>= '0' and <= '9') or '$';

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (this[0] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
            {
                _at++;
            }
            else if (this[0] == '-' && this[1] == '-')
            {
                while (_at < _text.Length && this[0] is not ('\n' or '\r'))
                {
                    _at++;
                }
            }
            else if (this[0] == '/' && this[1] == '*')
            {
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    // Such comments nest.
    private void SkipComment()
    {
        var depth = 0;
        do
        {
            if (this[0] == '/' && this[1] == '*')
            {
                depth++;
                _at += 2;
            }
            else if (this[0] == '*' && this[1] == '/')
            {
                depth--;
                _at += 2;
            }
            else
            {
                _at++;
            }
        }
        while (depth > 0 && _at < _text.Length);
    }

    private void SkipQuoted(char quote, bool hasEscapes)
    {
        _at++;
        while (_at < _text.Length)
        {
            if (hasEscapes && this[0] == '\\')
            {
                _at += 2;
            }
            else if (this[0] != quote)
            {
                _at++;
            }
            else if (this[1] == quote)
            {
                _at += 2;
            }
            else
            {
                _at++;
                return;
            }
        }
    }

    // The server reads on after a line break, with escapes if the string has begun with them.
    private SqlToken Quoted(int start, bool hasEscapes = false)
    {
        SkipQuoted('\'', hasEscapes);
        var end = _at;
        SkipBlanks();
        if (this[0] == '\'' && _text[end.._at].ContainsAny('\n', '\r'))
        {
            throw SqlPlace.Refusal("0A000", "A string that goes on after a line break is not taken; write it as one, or join two with '||'.", _source, _at);
        }

        return new(SqlTokenKind.Value, "", start);
    }

    private string QuotedName()
    {
        var start = _at;
        SkipQuoted('"', hasEscapes: false);
        var name = _text[(start + 1)..Math.Max(start + 1, Math.Min(_at, _text.Length) - 1)];
        return name.ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    private SqlToken Dollar(int start)
    {
        var end = _at + 1;
        while (end < _text.Length && IsPart(_text[end]) && _text[end] != '$')
        {
            end++;
        }

        if (end >= _text.Length || _text[end] != '$' || this[1] is >= '0' and <= '9')
        {
            _at = Math.Max(end, _at + 1);
            return new(SqlTokenKind.Value, "", start);
        }

        var tag = _text[_at..(end + 1)];
        var close = _text[(end + 1)..].IndexOf(tag, StringComparison.Ordinal);
        _at = close < 0 ? _text.Length : end + 1 + close + tag.Length;
        return new(SqlTokenKind.Value, "", start);
    }

    private SqlToken Number(int start)
    {
        while (_at < _text.Length && (this[0] is >= '0' and <= '9' or '_' or '.'))
        {
            _at++;
        }

        return new(SqlTokenKind.Value, "", start);
    }

    // The server folds the letters of ASCII alone.
    private SqlToken Word(int start)
    {
        while (_at < _text.Length && IsPart(this[0]))
        {
            _at++;
        }

        return new(SqlTokenKind.Word, Folded(_text[start.._at].ToString()), start);
    }

    private static string Folded(string word) => string.Create(word.Length, word, static (span, letters) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = letters[i] is >= 'A' and <= 'Z' ? (char)(letters[i] | 0x20) : letters[i];
        }
    });

    private SqlToken Sign(int start)
    {
        var sign = this[0].ToString();
        _at++;
        return new(SqlTokenKind.Sign, sign, start);
    }
}
