using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>The server refused a function; the transaction was rolled back, and no function was changed.</summary>
public sealed class FunctionFailedException : Exception
{
    /// <summary>States the function and the server's message.</summary>
    public FunctionFailedException(string name, PostgresException fault)
        : base($"Function '{name}' failed: {fault?.MessageText} ({fault?.SqlState}). No function was changed; applied migrations remain. "
            + "Run 'ledger migrate assert' to see how the schema differs.", fault) =>
        Name = name;

    /// <summary>The function's name; of a function that had to be dropped, all such names.</summary>
    public string Name { get; }
}
