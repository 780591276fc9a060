using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Queries;

/// <summary>The time that a question has, from its first statement to its last row, that of its reader included, and the words for what goes wrong meanwhile.</summary>
internal sealed class SqlTimeLimit : IDisposable
{
    private const string IdleInTransactionSessionTimeout = "25P03";

    private readonly TimeSpan _timeout;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly CancellationRelay _relay;

    public SqlTimeLimit(TimeSpan timeout, CancellationToken cancellationToken)
    {
        (_timeout, _caller) = (timeout, cancellationToken);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _relay = new CancellationRelay(_source.Token);
    }

    /// <summary>Ends when what still uses the connection does: in a dead network that is later than the call.</summary>
    public Task Left { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to count, when there is a connection: a server that is away is waited for as by every other call.</summary>
    /// <remarks>The server ends the statement first, and says so; this ends an answer of many short statements.</remarks>
    public void Begin() => _source.CancelAfter(_timeout + TimeSpan.FromMilliseconds(100));

    /// <summary>Does a part of the work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="text">The text of the question.</param>
    /// <param name="before">How many characters of the statement are before it.</param>
    /// <exception cref="SqlQueryException">The server refused it, or the time is over.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, string text, int before)
    {
        Task<T>? running = null;
        try
        {
            running = work(_relay.Token);
            return await Promptly.WaitAsync(running, TimeProvider.System, _source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault)
        {
            Left = running is null ? Task.CompletedTask : EndAsync(running);
            throw _caller.IsCancellationRequested ? new OperationCanceledException(null, fault, _caller) : TooLong(fault);
        }
        catch (PostgresException fault) when (IsOverTime(fault) && !_caller.IsCancellationRequested)
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

    public void Dispose()
    {
        _relay.Dispose();
        _source.Dispose();
    }

    // An answer that comes too late has no reader.
    private static async Task EndAsync<T>(Task<T> running)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running is { IsCompletedSuccessfully: true, Result: IAsyncDisposable late })
        {
            await late.DisposeAsync().ConfigureAwait(false);
        }
    }

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
