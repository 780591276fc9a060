namespace Ledger.Postgres.Doctor;

/// <summary>How large a table of the log is.</summary>
/// <param name="Table">The schema and the name.</param>
/// <param name="Rows">How many rows it has, as the server estimates.</param>
/// <param name="DeadRows">How many rows are dead and wait for a vacuum, as the server estimates.</param>
/// <param name="Bytes">Its size without indexes.</param>
/// <param name="IndexBytes">The size of its indexes.</param>
public sealed record TableSize(string Table, long Rows, long DeadRows, long Bytes, long IndexBytes);
