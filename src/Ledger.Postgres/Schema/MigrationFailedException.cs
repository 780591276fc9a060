using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>The server refused a migration; its transaction was rolled back, and nothing of it remains.</summary>
public sealed class MigrationFailedException : Exception
{
    /// <summary>States the migration and the server's message.</summary>
    public MigrationFailedException(int number, string name, PostgresException fault)
        : base($"Migration '{number:D4}_{name}' failed: {fault?.MessageText} ({fault?.SqlState}). Nothing of it remains; "
            + "those before it do. Run 'ledger migrate assert' to see how the schema differs.", fault)
    {
        Number = number;
        Name = name;
    }

    /// <summary>The migration's number.</summary>
    public int Number { get; }

    /// <summary>The migration's name.</summary>
    public string Name { get; }
}
