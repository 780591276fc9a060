using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>One of the functions that append, with its parameters: alone, and with inline projections after it.</summary>
internal sealed class AppendCall : IDisposable
{
    private readonly Func<IAppendParameters> _createParameters;
    private readonly int _timeoutSeconds;
    private ProjectedAppend? _projected;

    /// <summary>Creates it.</summary>
    /// <param name="sql">The statement that calls the function.</param>
    /// <param name="createParameters">Makes the parameters of the function, without those that <see cref="AppendCommand.AddLast"/> adds.</param>
    /// <param name="isOfPart">Whether its row answers one request of one part.</param>
    /// <param name="timeoutSeconds">The time-out; 0 for none.</param>
    public AppendCall(string sql, Func<IAppendParameters> createParameters, bool isOfPart, int timeoutSeconds)
    {
        _createParameters = createParameters;
        _timeoutSeconds = timeoutSeconds;
        IsOfPart = isOfPart;
        Parameters = createParameters();
        Command = new NpgsqlCommand(sql) { CommandTimeout = timeoutSeconds };
        Parameters.AddTo(Command.Parameters);
        AppendCommand.AddLast(Command.Parameters);
    }

    /// <summary>Whether its row answers one request of one part; otherwise it is a row of arrays.</summary>
    public bool IsOfPart { get; }

    /// <summary>The parameters of the command.</summary>
    public IAppendParameters Parameters { get; }

    /// <summary>The statement alone.</summary>
    public NpgsqlCommand Command { get; }

    /// <summary>The statement and the row statements after it.</summary>
    public ProjectedAppend Projected => _projected ??= new ProjectedAppend(Command.CommandText, _createParameters, _timeoutSeconds);

    public void Dispose()
    {
        Command.Dispose();
        _projected?.Dispose();
    }
}
