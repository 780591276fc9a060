using Npgsql;

namespace Ledger.Postgres.Queries;

/// <summary>The time that a question has, from its first statement to its last row, that of its reader included, and the words for what goes wrong meanwhile.</summary>
internal sealed class SqlTimeLimit : IDisposable
{
    private const string IdleInTransactionSessionTimeout = "25P03";

    private readonly TimeSpan _timeout;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;

    public SqlTimeLimit(TimeSpan timeout, CancellationToken cancellationToken)
    {
        (_timeout, _caller) = (timeout, cancellationToken);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // The server ends the statement first, and says so; this ends an answer of many short statements.
        _source.CancelAfter(timeout + TimeSpan.FromMilliseconds(100));
    }

    /// <summary>Does a part of the work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="text">The text of the question.</param>
    /// <param name="before">How many characters of the statement are before it.</param>
    /// <exception cref="SqlQueryException">The server refused it, or the time is over.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, string text, int before)
    {
        try
        {
            return await work(_source.Token).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (IsOverTime(fault) && !_caller.IsCancellationRequested)
        {
            throw TooLong(fault);
        }
        catch (OperationCanceledException fault) when (!_caller.IsCancellationRequested)
        {
            throw TooLong(fault);
        }
        catch (PostgresException fault) when (IsOfTheQuestion(fault))
        {
            var message = $"The question was refused: {fault.MessageText.TrimEnd('.')}.";
            throw fault.Position > before
                ? SqlPlace.Refusal(fault.SqlState, message, text, SqlPlace.OfCharacter(text, fault.Position - before), fault)
                : new SqlQueryException(fault.SqlState, message, innerException: fault);
        }
    }

    public void Dispose() => _source.Dispose();

    // A reader that does nothing for the whole time is ended too.
    private static bool IsOverTime(PostgresException fault) => fault.SqlState is PostgresErrorCodes.QueryCanceled or IdleInTransactionSessionTimeout;

    // Others are failures of the server or of the connection.
    private static bool IsOfTheQuestion(PostgresException fault) => fault.SqlState[..2] is
        "0A" or "20" or "21" or "22" or "23" or "25" or "2F" or "34" or "38" or "39" or "3F" or "42" or "44" or "54" or "55" or "LG" or "P0";

    private SqlQueryException TooLong(Exception fault) => new(
        PostgresErrorCodes.QueryCanceled,
        $"The answer took longer than {_timeout.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} s. Ask for less, such as one run or a time, or allow more time.",
        innerException: fault);
}
