namespace Ledger.Postgres.Queries;

/// <summary>What a token of SQL is.</summary>
internal enum SqlTokenKind
{
    /// <summary>A key word or a name without quotes, folded to lower case as the server does.</summary>
    Word,

    /// <summary>A name in double quotes, without them.</summary>
    Name,

    /// <summary>A string, a number or a parameter.</summary>
    Value,

    /// <summary>Any other character.</summary>
    Sign,
}

/// <summary>A token of SQL.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; empty for a value.</param>
/// <param name="Start">Its place in the text, from 0.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Start)
{
    public bool IsSign(char sign) => Kind == SqlTokenKind.Sign && Text[0] == sign;

    public bool IsName => Kind is SqlTokenKind.Word or SqlTokenKind.Name;
}
