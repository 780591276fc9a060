namespace Ledger.Postgres.Queries;

/// <summary>A question in SQL was refused, was wrong, or took too long. Nothing was changed.</summary>
public sealed class SqlQueryException : Exception
{
    /// <summary>States what is wrong, and where.</summary>
    /// <param name="code">The SQLSTATE.</param>
    /// <param name="message">What is wrong, as a sentence.</param>
    /// <param name="line">The line of the text, from 1; null where no place is known.</param>
    /// <param name="column">The column in that line, from 1.</param>
    /// <param name="innerException">What went wrong underneath, or null.</param>
    public SqlQueryException(string code, string message, int? line = null, int? column = null, Exception? innerException = null)
        : base(line is null ? message : $"{message.TrimEnd('.')} (line {line}, column {column}).", innerException)
    {
        Code = code;
        Line = line;
        Column = column;
    }

    /// <summary>The SQLSTATE: the server's, or for what is refused before it is sent <c>0A000</c> (not supported) or <c>42501</c> (not allowed).</summary>
    public string Code { get; }

    /// <summary>The line of the text, from 1; null where no place is known.</summary>
    public int? Line { get; }

    /// <summary>The column in that line, in characters from 1; null where no place is known.</summary>
    public int? Column { get; }
}
